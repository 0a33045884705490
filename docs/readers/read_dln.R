# Reads counts and co-occurrence of a dateline run as sparse matrices, in base R with Matrix (one of R's recommended packages).
#
#   source("read_dln.R")
#   m <- read_dln_counts("results")         # documents x entities, names as dimnames
#   m <- read_dln_cooccurrence("results")   # entities x entities, symmetric, contexts of each entity on the diagonal
#
# After docs/format.md. Refused: files that are cut short, lengthened, damaged in their frame or payload, or of a newer major
# version. CRC-32 is computed here, in R itself (a few seconds for each 10 MB); check_crc = FALSE leaves it out.
#
# Base R has no zstd. A block that is compressed is decompressed by the zstd program, which must then be installed; R 4.5 and later
# may have it built in (memDecompress). Numbers above 2^31 - 1 come back as doubles.

.dln_magic <- as.raw(c(0x89, 0x44, 0x4c, 0x4e, 0x0d, 0x0a, 0x1a, 0x0a))
.dln_end <- as.raw(c(0x89, 0x44, 0x4c, 0x4e, 0x45, 0x4e, 0x44, 0x0a))

.dln_stop <- function(path, ...) stop(path, ": ", ..., call. = FALSE)

.dln_u32 <- function(bytes, at, n = 1) {
  n <- as.integer(n)
  if (n == 0) return(numeric(0))
  v <- readBin(bytes[at + seq_len(4 * n)], "integer", n, 4, endian = "little")
  v <- as.numeric(v)
  v[is.na(v)] <- -2^31
  ifelse(v < 0, v + 2^32, v)
}

.dln_u64 <- function(bytes, at, n = 1) {
  if (n == 0) return(numeric(0))
  halves <- .dln_u32(bytes, at, 2 * n)
  halves[c(TRUE, FALSE)] + halves[c(FALSE, TRUE)] * 2^32
}

.dln_u16 <- function(bytes, at) sum(as.integer(bytes[at + 1:2]) * c(1, 256))

# CRC-32 by a table of 256, on numbers of R's 32-bit bitwAnd and friends.
.dln_crc_table <- local({
  table <- integer(256)
  for (n in 0:255) {
    c <- as.integer(n)
    for (k in 1:8) {
      odd <- bitwAnd(c, 1L) == 1L
      c <- as.integer(bitwShiftR(c, 1L))
      if (odd) c <- bitwXor(c, -306674912L) # 0xEDB88320
    }
    table[n + 1] <- c
  }
  table
})

.dln_crc <- function(bytes) {
  crc <- -1L
  table <- .dln_crc_table
  for (byte in as.integer(bytes)) {
    crc <- bitwXor(table[bitwAnd(bitwXor(crc, byte), 255L) + 1L], as.integer(bitwShiftR(crc, 8L)))
  }
  crc <- as.numeric(bitwNot(crc))
  if (crc < 0) crc + 2^32 else crc
}

# A file as it is on the disk, its frame checked: header (JSON text) and blocks.
read_dln_file <- function(path, check_crc = TRUE) {
  if (!file.exists(path)) .dln_stop(path, "no such file")
  size <- file.size(path)
  bytes <- readBin(path, "raw", size)
  if (size == 0 || !identical(bytes[seq_len(min(8, size))], .dln_magic[seq_len(min(8, size))]))
    .dln_stop(path, "not a dateline result file")
  damaged <- function(...) .dln_stop(path, "damaged or cut short: ", ..., "; copy it again from its source, or repeat the run")
  if (size < 16) damaged("only ", size, " bytes are left")
  major <- .dln_u16(bytes, 8)
  if (major != 1) .dln_stop(path, "written by a newer dateline (format ", major, ", this reads 1.x), or damaged")
  header_len <- .dln_u32(bytes, 12)
  start <- 16 + header_len + 4
  if (size < start + 24) damaged("only ", size, " bytes are left")
  check <- function(from, n, crc_at, what) {
    if (check_crc && .dln_crc(bytes[from + seq_len(n)]) != .dln_u32(bytes, crc_at))
      damaged(what, " does not match its checksum")
  }
  check(0, start - 4, start - 4, "the header")
  header <- rawToChar(bytes[16 + seq_len(header_len)])
  # Base R has no JSON; what is looked up in the header is looked up as text.
  keys <- vapply(c("format", "producer", "gazetteer", "blocks"), function(key) grepl(paste0('"', key, '":'), header, fixed = TRUE), NA)
  if (!grepl("^\\{.*\\}$", header) || !all(keys)) damaged("the header is not what it should be")
  if (!identical(bytes[size - 8 + 1:8], .dln_end)) damaged("its end mark is missing")
  footer <- .dln_u64(bytes, size - 16)
  if (footer < start || footer > size - 24) damaged("its footer cannot be at byte ", footer)
  index_len <- .dln_u32(bytes, footer)
  if (footer + 4 + index_len + 4 + 16 != size) damaged("the footer is of another length")
  check(footer, 4 + index_len, footer + 4 + index_len, "the footer")
  column <- function(at, width, read) {
    if (at + 8 > footer + 4 + index_len) damaged("the footer ends early")
    n <- .dln_u64(bytes, at)
    if (at + 8 + n * width > footer + 4 + index_len) damaged("the footer ends early")
    list(values = read(bytes, at + 8, n), end = at + 8 + n * width)
  }
  kind <- column(footer + 4, 4, .dln_u32)
  offset <- column(kind$end, 8, .dln_u64)
  rows <- column(offset$end, 8, .dln_u64)
  n <- length(kind$values)
  if (rows$end != footer + 4 + index_len || length(offset$values) != n || length(rows$values) != n)
    damaged("the columns of the footer differ in length")
  blocks <- vector("list", n)
  at <- start
  for (i in seq_len(n)) {
    if (footer - at < 40) damaged("the footer begins inside of block ", i)
    check(at, 36, at + 36, paste("the header of block", i))
    b <- list(kind = .dln_u32(bytes, at), codec = .dln_u32(bytes, at + 4), stored = .dln_u64(bytes, at + 8),
              raw = .dln_u64(bytes, at + 16), rows = .dln_u64(bytes, at + 24), at = at + 40)
    if (b$stored > footer - at - 40 || b$raw > 2^28 || b$rows > b$raw) damaged("block ", i, " claims impossible lengths")
    if ((b$codec == 0 && b$raw != b$stored) || (b$codec %in% 1:2 && b$raw > b$stored * 32768))
      damaged("block ", i, " claims impossible lengths")
    if (b$kind != kind$values[i] || at != offset$values[i] || b$rows != rows$values[i])
      damaged("the footer tells otherwise of block ", i)
    if (!grepl(sprintf('"%.0f":', b$kind), header, fixed = TRUE)) damaged("the header does not describe block ", i)
    known <- .dln_columns[[as.character(b$kind)]]
    most <- b$stored * 128
    if (!is.null(known) && !any(grepl(":str", known, fixed = TRUE))) most <- max(most, 2^22)
    if (b$codec %in% 1:2 && b$raw > most) damaged("block ", i, " claims more bytes than is allowed")
    if (!is.null(known)) {
      columns <- paste0('"columns":["', paste(known, collapse = '","'), '"]')
      if (!grepl(columns, gsub("[ \n]", "", header), fixed = TRUE)) damaged("the header describes other columns")
      if (b$codec > 2) damaged("its codec ", b$codec, " is unknown")
    }
    check(b$at, b$stored, at + 32, paste("the payload of block", i))
    blocks[[i]] <- b
    at <- b$at + b$stored
  }
  if (at != footer) damaged("bytes belong to no block")
  # Other contents have another frame: it says to which run the file belongs.
  of_blocks <- lapply(blocks, function(b) bytes[b$at - 40 + 1:36])
  frame <- function() .dln_crc(c(bytes[start - 4 + 1:4], unlist(of_blocks)))
  list(path = path, bytes = bytes, header = header, blocks = blocks, damaged = damaged, frame = frame)
}

# Kind 9, the signatures of documents, is not here: R has no integers of 64 bits.
.dln_columns <- list(
  "1" = c("id:str", "name:str", "kind:str", "country:str", "parent:str", "wikidata:str", "population:u64",
          "latitude:f64", "longitude:f64", "mentions:u64", "documents:u32"),
  "2" = c("id:str", "date:str", "day:i32", "source:str", "language:str", "file:u32", "offset:u64", "length:u64", "characters:u32",
          "words:u32", "paragraphs:u32", "sentences:u32", "mentions:u32", "notes:u32"),
  "3" = c("document:u32", "entity:u32", "count:u32"),
  "4" = c("a:u32", "b:u32", "joint:u32"),
  "5" = c("entity:u32", "contexts:u32"),
  "6" = c("document:u32", "part:u32", "start:u32", "end:u32", "start_char:u32", "end_char:u32",
          "section:u32", "paragraph:u32", "sentence:u32", "word:u32", "entity:u32"),
  "7" = c("field:u32", "value:str"),
  "8" = c("document:u32", "field:u32", "value:u32")
)

.dln_payload <- function(file, block) {
  stored <- file$bytes[block$at + seq_len(block$stored)]
  if (block$codec == 0) return(stored)
  raw <- tryCatch(memDecompress(stored, "zstd"), error = function(e) NULL)
  if (is.null(raw)) {
    program <- Sys.which("zstd")
    if (program == "") .dln_stop(file$path, "its blocks are compressed; install the zstd program")
    packed <- tempfile(fileext = ".zst")
    unpacked <- tempfile()
    on.exit(unlink(c(packed, unpacked)))
    writeBin(stored, packed)
    status <- system2(program, c("-d", "-q", "-f", shQuote(packed), "-o", shQuote(unpacked)), stderr = FALSE)
    if (status != 0) file$damaged("a block cannot be decompressed")
    raw <- readBin(unpacked, "raw", block$raw + 1)
  }
  if (length(raw) != block$raw) file$damaged("a block holds ", length(raw), " bytes and claims ", block$raw)
  if (block$codec == 1) return(raw)
  # Stored are the first of every four bytes, then the second of every four, the third, the fourth.
  n <- length(raw) %/% 4
  c(as.vector(t(matrix(raw[seq_len(4 * n)], ncol = 4))), raw[4 * n + seq_len(length(raw) %% 4)])
}

# All rows of one kind as a data frame of numbers and texts.
read_dln_table <- function(file, kind) {
  specs <- strsplit(.dln_columns[[as.character(kind)]], ":")
  parts <- lapply(Filter(function(b) b$kind == kind, file$blocks), function(block) {
    raw <- .dln_payload(file, block)
    at <- 0
    take <- function(width) {
      if (at + 8 > length(raw)) file$damaged("a column goes on behind the end")
      n <- .dln_u64(raw, at)
      if (at + 8 + n * width > length(raw)) file$damaged("a column goes on behind the end")
      from <- at + 8
      at <<- from + n * width
      list(n = n, from = from)
    }
    columns <- lapply(specs, function(spec) {
      type <- spec[2]
      v <- take(switch(type, u32 = 4, str = 4, i32 = 4, 8))
      if (type == "u64") return(.dln_u64(raw, v$from, v$n))
      if (type == "f64") return(readBin(raw[v$from + seq_len(8 * v$n)], "double", v$n, 8, endian = "little"))
      values <- .dln_u32(raw, v$from, v$n)
      if (type == "i32") return(ifelse(values >= 2^31, values - 2^32, values))
      if (type == "u32") return(values)
      text <- take(1)
      if (v$n == 0 || values[1] != 0 || values[v$n] != text$n || is.unsorted(values)) file$damaged("offsets do not cut the text")
      strings <- vapply(seq_len(v$n - 1), function(i) {
        bytes <- raw[text$from + values[i] + seq_len(values[i + 1] - values[i])]
        # R's strings cannot hold a zero byte.
        rawToChar(bytes[bytes != 0])
      }, "")
      Encoding(strings) <- "UTF-8"
      if (!all(validUTF8(strings))) file$damaged("a string is not UTF-8")
      strings
    })
    if (at != length(raw)) file$damaged("bytes are left over after the last column")
    if (any(lengths(columns) != block$rows)) file$damaged("a column has other rows than its block")
    names(columns) <- vapply(specs, `[`, "", 1)
    as.data.frame(columns, stringsAsFactors = FALSE)
  })
  rows <- do.call(rbind, parts)
  if (is.null(rows)) {
    rows <- lapply(specs, function(spec) if (spec[2] == "str") character(0) else numeric(0))
    names(rows) <- vapply(specs, `[`, "", 1)
    rows <- as.data.frame(rows, stringsAsFactors = FALSE)
  }
  .dln_promises(file, kind, rows)
  rows
}

.dln_promises <- function(file, kind, r) {
  ascending <- function(strictly, ...) {
    keys <- list(...)
    n <- length(keys[[1]])
    if (n < 2) return(TRUE)
    wrong <- rep(strictly, n - 1)
    for (key in rev(keys)) wrong <- key[-n] > key[-1] | (key[-n] == key[-1] & wrong)
    !any(wrong)
  }
  kept <- switch(as.character(kind),
    "1" = all((is.nan(r$latitude) & is.nan(r$longitude)) |
                (!is.nan(r$latitude) & !is.nan(r$longitude) & abs(r$latitude) <= 90 & abs(r$longitude) <= 180)) &&
      all(r$documents <= r$mentions),
    "2" = ascending(FALSE, r$file),
    "3" = ascending(TRUE, r$document, r$entity) && all(r$count >= 1),
    "4" = all(r$a < r$b) && ascending(TRUE, r$a, r$b) && all(r$joint >= 1),
    "5" = ascending(TRUE, r$entity) && all(r$contexts >= 1),
    "6" = ascending(FALSE, r$document, r$part, r$start) && all(r$part <= 1) && all(r$section <= 5) && all(r$start < r$end) &&
      all(r$start_char < r$end_char) && all(r$start_char <= r$start) && all(r$end_char - r$start_char <= r$end - r$start),
    "7" = all(nzchar(r$value)),
    "8" = ascending(TRUE, r$document, r$field))
  if (!isTRUE(kept)) file$damaged("rows of kind ", kind, " break a promise of the format")
}

# Reads every known block.
verify_dln <- function(path) {
  file <- read_dln_file(path)
  for (kind in unique(vapply(file$blocks, function(b) b$kind, 0)))
    if (!is.null(.dln_columns[[as.character(kind)]])) read_dln_table(file, kind)
  invisible(TRUE)
}

# A file of a run; the manifest must list it with its size and frame. Its seal and the hashes are for `dateline verify`.
.dln_of_run <- function(run, name, check_crc) {
  path <- file.path(run, "manifest.json")
  if (!file.exists(path)) .dln_stop(run, "not a finished run: it has no manifest.json")
  manifest <- paste(readLines(path, warn = FALSE, encoding = "UTF-8"), collapse = "\n")
  if (!grepl('"format": "dateline-run"', manifest, fixed = TRUE)) .dln_stop(path, "damaged, or not the manifest of a run")
  major <- sub('(?s)^.*?"version": \\{\\s*"major": ([0-9]+).*$', "\\1", manifest, perl = TRUE)
  if (major != "1") .dln_stop(path, "written by a newer dateline, or damaged")
  if (!grepl('"digest": "[0-9a-f]{64}"\\s*\\}\\s*$', manifest)) .dln_stop(path, "damaged or cut short")
  listed <- regmatches(manifest, regexec(sprintf('"%s": \\{\\s*"bytes": ([0-9]+)', gsub(".", "\\.", name, fixed = TRUE)), manifest))[[1]]
  file <- file.path(run, name)
  if (length(listed) < 2) .dln_stop(file, "the run was made without this file")
  if (!file.exists(file)) .dln_stop(file, "missing, though the manifest lists it")
  if (file.size(file) != as.numeric(listed[2])) .dln_stop(file, "damaged: it has ", file.size(file), " bytes, the manifest says ", listed[2])
  read <- read_dln_file(file, check_crc)
  frame <- regmatches(manifest, regexec(sprintf('"%s": \\{[^}]*"frame": "([0-9a-f]{8})"', gsub(".", "\\.", name, fixed = TRUE)), manifest))[[1]]
  if (length(frame) == 2) {
    half <- strtoi(c(substr(frame[2], 1, 4), substr(frame[2], 5, 8)), 16L)
    if (read$frame() != half[1] * 65536 + half[2]) .dln_stop(file, "it is of another run than the manifest")
  }
  read
}

.dln_in_range <- function(file, numbers, n) if (any(numbers >= n)) file$damaged("a row points to row ", max(numbers), " of ", n)

read_dln_entities <- function(run, check_crc = TRUE) read_dln_table(.dln_of_run(run, "entities.dln", check_crc), 1)
read_dln_documents <- function(run, check_crc = TRUE) read_dln_table(.dln_of_run(run, "documents.dln", check_crc), 2)

read_dln_counts <- function(run, check_crc = TRUE) {
  entities <- read_dln_entities(run, check_crc)
  documents <- read_dln_documents(run, check_crc)
  file <- .dln_of_run(run, "counts.dln", check_crc)
  rows <- read_dln_table(file, 3)
  .dln_in_range(file, rows$document, nrow(documents))
  .dln_in_range(file, rows$entity, nrow(entities))
  Matrix::sparseMatrix(rows$document + 1, rows$entity + 1, x = rows$count, dims = c(nrow(documents), nrow(entities)),
                       dimnames = list(documents$id, entities$name))
}

read_dln_cooccurrence <- function(run, check_crc = TRUE) {
  entities <- read_dln_entities(run, check_crc)
  file <- .dln_of_run(run, "cooccurrence.dln", check_crc)
  pairs <- read_dln_table(file, 4)
  marginals <- read_dln_table(file, 5)
  .dln_in_range(file, c(pairs$b, marginals$entity), nrow(entities))
  Matrix::sparseMatrix(c(pairs$a, marginals$entity) + 1, c(pairs$b, marginals$entity) + 1, x = c(pairs$joint, marginals$contexts),
                       dims = rep(nrow(entities), 2), dimnames = list(entities$name, entities$name), symmetric = TRUE)
}

# For quanteda: the documents as a dfm, and the entities as an fcm that counts documents. (The tests run these two only where quanteda is
# installed.) In an fcm the diagonal is not the document frequency, so it is left out.
read_dln_dfm <- function(run, check_crc = TRUE) quanteda::as.dfm(read_dln_counts(run, check_crc))

read_dln_fcm <- function(run, check_crc = TRUE) {
  together <- methods::as(read_dln_cooccurrence(run, check_crc), "generalMatrix")
  diag(together) <- 0
  quanteda::as.fcm(Matrix::triu(Matrix::drop0(together)))
}
