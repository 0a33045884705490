// Everything is there: puts it to work.

writeOverview();
writeAbout();
writeNotes();
makeTables();
writeQuality();
all('[data-zoom]').forEach(magnifier);
makeMatrix();
makeTimeline();
makePeriod();
writeHolders();
writeComparison();
makeFinder();
markSection();
