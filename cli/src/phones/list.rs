//! `dialtone phones list`

use std::io;

use clap::Args;
use comfy_table::{ContentArrangement, Table, presets};
use network::{Extension, Network, NetworkFile};
use numbers::E164;
use phonebook::{Column, Entry, entries, write_csv};
use serde_json::{Map, Value, json};

use crate::answer;
use crate::exit::{Failure, Outcome, Result};
use crate::files::NetworkArgs;
use crate::help::columns;
use crate::output;

/// How wide the table is at most, in characters.
const WIDTH: u16 = 110;

/// Lists the phones of the network file: number, where help is sent, whether it may call for help, device.
///
/// The table shows what holds for a phone, also what it has from its group or the network. --csv writes what its own section
/// says, a column for each key: a spreadsheet can change it, and `dialtone phones add --update` reads it back. There a
/// number begins with an apostrophe, without which spreadsheets take it for an amount and lose its +.
///
///   dialtone phones list
///   dialtone phones list --csv > phones.csv
///
/// Exit codes: 0 done, 2 wrong usage or a bad file.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct List {
    #[command(flatten)]
    network: NetworkArgs,

    /// Prints CSV with a heading, for `dialtone phones add`.
    #[arg(long, conflicts_with = "json")]
    csv: bool,

    /// Prints one JSON object instead.
    #[arg(long)]
    json: bool,
}

impl List {
    pub(crate) fn run(self) -> Result {
        let text = self.network.text()?;
        let file = NetworkFile::parse(&text).map_err(|problems| self.network.bad_file(&problems))?;
        let network = self.any_stage(file)?;
        let path = self.network.config.display();
        let entries = entries(&text).map_err(|error| Failure::usage(path, error, "run `dialtone check`"))?;
        if self.csv {
            // A reader who has gone away is no error.
            let _ = write_csv(&entries, io::stdout().lock());
        } else if self.json {
            let phones: Vec<_> = entries.iter().map(|entry| as_json(&network, entry)).collect();
            answer::print(Outcome::Done, json!({"phones": phones}));
        } else {
            print(&network);
        }
        Ok(Outcome::Done)
    }

    /// The network from the stage that was asked for, or from any: all have the same phones.
    fn any_stage(&self, file: NetworkFile) -> Result<Network> {
        if let Some(wrong) = self.network.wrong_stage(&file) {
            return Err(Failure::found(Outcome::Usage, [wrong]));
        }
        let first = file.stages().next().map(str::to_owned).unwrap_or_default();
        let stage = self.network.asked().map_or(first, str::to_owned);
        file.into_network(&stage).map_err(|problems| self.network.bad_file(&problems))
    }
}

fn print(network: &Network) {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(columns(WIDTH))
        .set_header(["phone", "number", "address", "911", "device"]);
    let (mut callers, mut wishes) = (0, 0);
    for phone in network.extensions() {
        callers += usize::from(phone.emergency());
        wishes += usize::from(phone.buy().is_some());
        table.add_row([
            phone.name().to_owned(),
            number(phone),
            address(network, phone).unwrap_or_else(|| "-".into()),
            if phone.emergency() { "yes".into() } else { "no".into() },
            phone.device().map_or("-", |device| device.kind.as_str()).to_owned(),
        ]);
    }
    output::line(&table.trim_fmt());
    let wishes = if wishes == 0 { String::new() } else { format!(", {wishes} wait for a number") };
    let all = network.extensions().len();
    output::aside(&format!("phones: {all}; {callers} may call for help{wishes}"));
}

fn number(phone: &Extension) -> String {
    match (phone.number(), phone.buy()) {
        (Some(number), _) => number.as_str().to_owned(),
        (None, Some(area_code)) => format!("buy: {area_code}"),
        (None, None) => "-".into(),
    }
}

/// Where help is sent for a call from this phone, by the name of the address.
fn address(network: &Network, phone: &Extension) -> Option<String> {
    network.help_goes_to(phone).ok().map(|address| address.name.clone())
}

/// What holds for a phone, and what its own section says.
fn as_json(network: &Network, entry: &Entry) -> Value {
    let phone = network.extension(&entry.name);
    let own: Map<_, _> = Column::ALL
        .iter()
        .filter(|column| **column != Column::Name)
        .filter_map(|column| Some((column.as_str().to_owned(), entry.cell(*column)?.into())))
        .collect();
    json!({
        "name": entry.name,
        "number": phone.and_then(Extension::number).map(E164::as_str),
        "buy": phone.and_then(Extension::buy),
        "address": phone.and_then(|phone| address(network, phone)),
        "may_call_emergency": phone.is_some_and(Extension::emergency),
        "device": phone.and_then(Extension::device).map(|device| device.kind.as_str()),
        "own": own,
    })
}
