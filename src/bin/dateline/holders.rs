//! `dateline holders`: who holds which office.

use dateline::archive::date_of;
use dateline::gazetteer::Gazetteer;
use dateline::{Holder, ScanOptions};
use serde_json::Value;

use crate::args::{Args, Holders};
use crate::exit_code::{CommandResult, Outcome};
use crate::table::{self, id, number, text, word};
use crate::{inputs, progress};

pub(crate) fn run(command: &Holders, args: &Args) -> CommandResult {
    if let Some(run) = command.input.inputs.iter().find(|input| input.join("manifest.json").is_file()) {
        let run = run.display();
        return Err(
            format!("{run}: a run does not store the names after titles; name the articles it was made from").into()
        );
    }
    let archive = inputs::open_archive(&command.input, args)?;
    let gazetteer = inputs::load_layers(&command.gazetteer, &command.without, command.no_cache)?;
    let stop = inputs::stop_on_signal();
    let bar = progress::bar(&archive, &command.input, args);
    let on_progress = |done| progress::advance(&bar, done);
    let scan = ScanOptions { threads: command.input.threads, on_progress: Some(&on_progress), stop: Some(&stop) };
    let analyzer = dateline::Analyzer::builder().profile(dateline::Profile::Wide).build(&gazetteer)?;
    let summary = dateline::holders(&analyzer, &archive, scan)?;
    bar.finish_and_clear();
    let mut holders = summary.holders;
    holders.retain(|holder| holder.documents >= command.min_documents);
    if command.rows > 0 {
        holders.truncate(command.rows);
    }
    let columns = [
        text("title"),
        text("of"),
        text("name"),
        word("first").spare(3),
        word("last").spare(3),
        number("documents"),
        id("title_entity").spare(4),
        id("of_entity").spare(4),
    ];
    table::print(command.format, &columns, holders.iter().map(|holder| cells(holder, &gazetteer)))?;
    inputs::report_rejects(summary.rejected, &summary.first_rejects, None, args);
    Ok(if command.input.strict && summary.rejected > 0 { Outcome::Differs } else { Outcome::Done })
}

fn cells(holder: &Holder, gazetteer: &Gazetteer) -> Vec<Value> {
    let office = &holder.office;
    let title = gazetteer.entity(office.title);
    let of = office.of.map(|of| gazetteer.entity(of));
    let day = |day: Option<i32>| day.map(date_of).map_or(Value::Null, Value::from);
    vec![
        title.name.to_owned().into(),
        of.map(|of| of.name.to_owned()).into(),
        office.name.as_str().into(),
        day(holder.days.map(|(first, _)| first)),
        day(holder.days.map(|(_, last)| last)),
        holder.documents.into(),
        title.id.to_owned().into(),
        of.map(|of| of.id.to_owned()).into(),
    ]
}
