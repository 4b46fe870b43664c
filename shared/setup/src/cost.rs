//! What the numbers and the emergency addresses of a plan cost, every month and at once.

use std::collections::BTreeMap;

use numbers::Region;
use provision::{Acquisition, Charge, Charged, Plan, charges};
use serde::Serialize;
use terminal as output;
use twilio::{Client, NumberKind, NumberPrice};

use crate::Compared;
use crate::money::Money;

/// Where a price comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Source {
    /// Twilio's Pricing API, asked just now: what this account pays.
    Twilio,
    /// A list price that was seen at the time that is told.
    ListPrice,
    /// Nobody tells it.
    Unknown,
}

/// One kind of thing that is paid for every month.
#[derive(Debug, Serialize)]
struct Item {
    /// `local number, US`.
    what: String,
    /// How many there are once the plan is carried out.
    count: usize,
    /// How many of these the plan adds, and how many it takes away.
    added: usize,
    removed: usize,
    /// What one costs a month.
    price: Option<Money>,
    currency: String,
    source: Source,
    /// When a list price was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<&'static str>,
    /// Whether the month is paid at the purchase.
    #[serde(skip)]
    is_paid_at_once: bool,
}

/// What a plan costs.
#[derive(Debug, Serialize)]
pub struct Cost {
    items: Vec<Item>,
    /// By currency: a month, once the plan is carried out.
    month: BTreeMap<String, Money>,
    /// By currency: the part of it that the plan adds.
    month_added: BTreeMap<String, Money>,
    /// By currency: what the purchases cost at once.
    at_once: BTreeMap<String, Money>,
    /// What is to be bought, in sentences.
    #[serde(skip)]
    pub purchases: Vec<String>,
}

/// List prices in the United States, in USD a month. The Pricing API replaces them where it may be asked.
///
/// Numbers: facts of Twilio's page <https://www.twilio.com/en-us/voice/pricing/us>, as seen by third parties from June to
/// October 2026; the 1.15 is in <https://support.twilio.com/hc/en-us/articles/223182908>, too.
const LIST_LOCAL: &str = "1.15";
const LIST_TOLL_FREE: &str = "2.15";
const LIST_NUMBERS_AS_OF: &str = "June 2026";
/// The registration of one number's emergency address in the United States and Canada, a month: Twilio's documents on
/// emergency calling of 2024 and 2025. No API tells it, and the pages of today only point to the price list.
const LIST_EMERGENCY: &str = "0.75";
const LIST_EMERGENCY_AS_OF: &str = "2025";

impl Cost {
    /// Asks Twilio's Pricing API for the prices of numbers, once for each country.
    pub fn of(client: &Client, compared: &Compared) -> Self {
        let Compared { wishes, account, plan } = compared;
        let mut prices = Prices { client, known: Vec::new() };
        let charges = charges(wishes, account, plan);
        let items: Vec<Item> = charges.iter().map(|charge| prices.item(charge)).collect();
        let sum = |count: &dyn Fn(&Item) -> usize| {
            let mut sums: BTreeMap<String, Money> = BTreeMap::new();
            for item in &items {
                if let Some(price) = item.price.filter(|_| count(item) > 0) {
                    *sums.entry(item.currency.clone()).or_default() += price.times(count(item));
                }
            }
            sums
        };
        let (month, month_added) = (sum(&|item| item.count), sum(&|item| item.added));
        // "You are billed for the full monthly price of the phone number up front"
        // (<https://support.twilio.com/hc/en-us/articles/223182908>). For addresses no page says when: assumed, later.
        let at_once = sum(&|item| if item.is_paid_at_once { item.added } else { 0 });
        let purchases = purchases(plan, &mut prices);
        Self { items, month, month_added, at_once, purchases }
    }

    /// Prints the cost, beside the output proper.
    pub fn print(&self) {
        let lines = self.lines();
        if !lines.is_empty() {
            output::aside("");
        }
        lines.iter().for_each(|line| output::aside(line));
    }

    /// The cost as people read it. Nothing, where nothing is paid for.
    fn lines(&self) -> Vec<String> {
        let mut lines = self.purchases.clone();
        let there: Vec<&Item> = self.items.iter().filter(|item| item.count > 0).collect();
        if there.is_empty() {
            return lines;
        }
        let part = |item: &&Item| {
            let price = item.price.map_or_else(|| "?".to_owned(), |price| price.to_string());
            format!("{} x {} at {price}", item.count, item.what)
        };
        let parts: Vec<_> = there.iter().map(part).collect();
        let and = |sums: &BTreeMap<String, Money>| {
            let all: Vec<_> = sums.iter().map(|(unit, sum)| format!("{sum} {unit}")).collect();
            if all.is_empty() { "nothing".to_owned() } else { all.join(" and ") }
        };
        let added = match self.month_added.is_empty() {
            true => String::new(),
            false => format!(", {} of it new", and(&self.month_added)),
        };
        lines.push(format!("cost: {} a month{added}: {}", and(&self.month), parts.join(", ")));
        lines.push(format!("      {} at once, for the first month of what is bought", and(&self.at_once)));
        let from = |source: Source| -> Vec<String> {
            let of = there.iter().filter(|item| item.source == source);
            of.map(|item| match item.as_of {
                Some(when) => format!("{} (list price as of {when})", item.what),
                None => item.what.clone(),
            })
            .collect()
        };
        let not_asked = from(Source::ListPrice);
        if !not_asked.is_empty() {
            lines.push(format!("      not asked of Twilio: {}", not_asked.join(", ")));
        }
        let unknown = from(Source::Unknown);
        if !unknown.is_empty() {
            lines.push(format!(
                "      not in the sum, because Twilio does not tell the price: {}",
                unknown.join(", ")
            ));
        }
        lines
    }
}

/// A currency, and what each kind of number costs in it.
type PriceList = (String, Vec<NumberPrice>);

/// The prices of numbers, by country.
struct Prices<'a> {
    client: &'a Client,
    known: Vec<(Region, Option<PriceList>)>,
}

impl Prices<'_> {
    fn item(&mut self, charge: &Charge) -> Item {
        let (name, country, kind) = match charge.what {
            Charged::Number(country, kind) => (format!("{} number", kind.price_class()), country, Some(kind)),
            Charged::EmergencyAddress(country) => ("emergency address".to_owned(), country, None),
        };
        let what = country.map_or_else(|| name.clone(), |country| format!("{name}, {country}"));
        let list =
            |price: &str, as_of| (Money::parse(price), "USD".to_owned(), Source::ListPrice, Some(as_of));
        let is_in = |countries: &[&str]| country.is_some_and(|country| countries.contains(&country.as_str()));
        let asked = country.zip(kind).and_then(|(country, kind)| self.of_number(country, kind));
        let (price, currency, source, as_of) = match (asked, kind) {
            (Some((price, unit)), _) => (Some(price), unit, Source::Twilio, None),
            (None, Some(NumberKind::Local)) if is_in(&["US"]) => list(LIST_LOCAL, LIST_NUMBERS_AS_OF),
            (None, Some(NumberKind::TollFree)) if is_in(&["US"]) => list(LIST_TOLL_FREE, LIST_NUMBERS_AS_OF),
            (None, None) if is_in(&["US", "CA"]) => list(LIST_EMERGENCY, LIST_EMERGENCY_AS_OF),
            (None, _) => (None, String::new(), Source::Unknown, None),
        };
        let &Charge { count, added, removed, .. } = charge;
        Item { what, count, added, removed, price, currency, source, as_of, is_paid_at_once: kind.is_some() }
    }

    /// What Twilio asks for a number a month, and in which currency. A price that it does not tell is not guessed.
    fn of_number(&mut self, country: Region, kind: NumberKind) -> Option<(Money, String)> {
        if self.known.iter().all(|(known, _)| *known != country) {
            self.known.push((country, self.client.number_prices(country.as_str()).ok()));
        }
        let (_, prices) = self.known.iter().find(|(known, _)| *known == country)?;
        let (unit, prices) = prices.as_ref()?;
        let found = prices.iter().find(|price| price.number_type == kind.price_class())?;
        Some((Money::parse(&found.current_price)?, unit.clone()))
    }
}

/// What is to be bought, in sentences.
fn purchases(plan: &Plan, prices: &mut Prices<'_>) -> Vec<String> {
    let mut classes: Vec<(Region, NumberKind, usize)> = Vec::new();
    for acquisition in &plan.acquisitions {
        let Acquisition::Buy(purchase) = acquisition else { continue };
        let class = purchase.class();
        match classes.iter_mut().find(|(country, known, _)| *country == purchase.country && *known == class) {
            Some((.., count)) => *count += 1,
            None => classes.push((purchase.country, class, 1)),
        }
    }
    classes
        .into_iter()
        .map(|(country, class, count)| {
            let price = prices.of_number(country, class).map_or_else(
                || "at a price that Twilio does not tell".into(),
                |(price, unit)| format!("{price} {unit} a month each"),
            );
            format!("to buy: {count} of class {}, {country}: {price}", class.price_class())
        })
        .collect()
}
