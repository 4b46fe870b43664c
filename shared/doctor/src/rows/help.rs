//! Rows on the outcome of calls for help.

use network::{Finding, some_of};

use crate::report::{Check, Row};
use crate::sources::traces::{DAYS_OF_CALLS, HelpCall, HelpEnd, Sightings};

const CALLS: Check = Check { id: "emergency-calls", name: "calls for help went through" };

/// One row for the calls for help of the last days.
pub(crate) fn rows(sightings: Result<&Sightings, &Finding>) -> Vec<Row> {
    let help = match sightings {
        Ok(sightings) => &sightings.help,
        Err(silence) => return vec![Row::unknown(CALLS, silence)],
    };
    let lost: Vec<_> = help.iter().filter(|call| call.end != HelpEnd::Connected).collect();
    if lost.is_empty() {
        return vec![Row::ok(CALLS, format!("{} in {DAYS_OF_CALLS} days, none lost", help.len()))];
    }
    let words: Vec<_> = lost.iter().map(|call| words(call)).collect();
    let what =
        format!("{} of {} in {DAYS_OF_CALLS} days did not: {}", lost.len(), help.len(), some_of(&words, 5));
    let remedy = "ask the people there whether help is needed; `dialtone explain PHONE DIALLED` says what happens to such a call \
                  now, and `dialtone doctor --emergency` what each phone may do";
    vec![Row::fail(CALLS, what, remedy).about(lost.iter().filter_map(|call| call.phone.as_deref()))]
}

fn words(HelpCall { phone, at, end }: &HelpCall) -> String {
    let phone = phone.as_deref().unwrap_or("a phone that is not in the file");
    let end = match end {
        HelpEnd::Connected => "connected",
        HelpEnd::Failed => "nobody answered",
        HelpEnd::NotPlaced => "refused, or the caller hung up first",
    };
    format!("{phone}, {} UTC ({end})", at.strftime("%Y-%m-%d %H:%M"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Mark;

    #[test]
    fn a_call_for_help_that_was_lost_fails() {
        let call = |phone: Option<&str>, end| HelpCall {
            phone: phone.map(str::to_owned),
            at: "2026-11-08T09:05:00Z".parse().unwrap(),
            end,
        };
        let row = |help: Vec<HelpCall>| rows(Ok(&Sightings { help, ..Sightings::default() })).remove(0);
        assert_eq!(row(Vec::new()).mark, Mark::Ok);
        assert_eq!(row(vec![call(Some("lobby"), HelpEnd::Connected)]).mark, Mark::Ok);
        let lost = row(vec![
            call(Some("lobby"), HelpEnd::Failed),
            call(None, HelpEnd::NotPlaced),
            call(Some("porch"), HelpEnd::Connected),
        ]);
        assert_eq!((lost.mark, lost.phones.clone()), (Mark::Fail, vec!["lobby".to_owned()]));
        assert!(
            lost.finding.what.starts_with("2 of 3 in 7 days did not: lobby, 2026-11-08 09:05 UTC"),
            "{lost:?}"
        );
    }
}
