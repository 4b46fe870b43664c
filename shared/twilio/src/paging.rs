//! Lists, which come in pages.
//!
//! The classic API names the next page by `next_page_uri`, relative to the host; the others by
//! `meta.next_page_url`, absolute. <https://www.twilio.com/docs/usage/twilios-response#pagination>.

use std::collections::HashSet;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::shape_of;
use crate::hosts::Host;
use crate::patience::Kind;
use crate::transport::{Body, Call};
use crate::{Client, Error, Fields, Result};

/// How many items a page may have (Twilio's error 20007 says so).
const PAGE_SIZE: usize = 1000;

/// A list that goes on for longer than this is not one that Twilio sends.
const MAX_PAGES: usize = 1000;

impl Client {
    /// A list, all of it.
    pub(crate) fn list<T: DeserializeOwned>(
        &self,
        host: Host,
        place: &str,
        query: &Fields,
    ) -> Result<Vec<T>> {
        self.list_up_to(host, place, query, usize::MAX)
    }

    /// A list, or as much of its beginning as is asked for.
    pub(crate) fn list_up_to<T: DeserializeOwned>(
        &self,
        host: Host,
        place: &str,
        query: &Fields,
        limit: usize,
    ) -> Result<Vec<T>> {
        let mut items = Vec::new();
        if limit == 0 {
            return Ok(items);
        }
        let query = query.clone().with("PageSize", limit.min(PAGE_SIZE).to_string());
        let mut call = Call::new(Kind::Read, host, place, Body::Query(query.encode()));
        let mut seen = HashSet::new();
        for _ in 0..MAX_PAGES {
            let page: Value = self.transport().json(&call)?;
            let unreadable =
                |reason: &str| Error::Unreadable { request: call.label(), reason: reason.to_owned() };
            let next = next_of(&page).map(str::to_owned);
            for item in items_of(page).ok_or_else(|| unreadable("there is no list in it"))? {
                let item = serde_json::from_value(item).map_err(|error| unreadable(&shape_of(&error)))?;
                items.push(item);
                if items.len() == limit {
                    return Ok(items);
                }
            }
            let Some(next) = next else { return Ok(items) };
            let hosts = self.transport().hosts();
            let target = hosts.same_service(host, &next).ok_or_else(|| {
                unreadable("its next page is on another host, to which the credentials are not sent")
            })?;
            if !seen.insert(target.to_owned()) {
                return Err(unreadable("its pages go around in a circle"));
            }
            call = call.next_page(target);
        }
        let reason = format!("it has more than {MAX_PAGES} pages");
        Err(Error::Unreadable { request: call.label(), reason })
    }
}

fn next_of(page: &Value) -> Option<&str> {
    let next = page.get("next_page_uri").or_else(|| page.get("meta")?.get("next_page_url"));
    next.and_then(Value::as_str).filter(|next| !next.is_empty())
}

/// The items: under the key that `meta` names, or else in the one array there is. The mappings of a SIP domain
/// are called `contents` in some of Twilio's answers and by their own name in others.
fn items_of(mut page: Value) -> Option<Vec<Value>> {
    let key = page.get("meta").and_then(|meta| meta.get("key")).and_then(Value::as_str).map(str::to_owned);
    if let Some(Value::Array(items)) = key.and_then(|key| page.get_mut(key)).map(Value::take) {
        return Some(items);
    }
    let mut arrays = page.as_object_mut()?.values_mut().filter(|value| value.is_array());
    match (arrays.next().map(Value::take), arrays.next()) {
        (Some(Value::Array(items)), None) => Some(items),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn items_are_found_under_any_name() {
        let two = Some(vec![json!(1), json!(2)]);
        assert_eq!(items_of(json!({"domains": [1, 2], "page": 0, "next_page_uri": null})), two);
        assert_eq!(items_of(json!({"contents": [1, 2]})), two);
        assert_eq!(items_of(json!({"meta": {"key": "alerts"}, "alerts": [1, 2], "other": [3]})), two);
        for page in [json!({}), json!([1]), json!({"a": [], "b": []}), json!({"domains": null}), json!("x")] {
            assert_eq!(items_of(page.clone()), None, "{page}");
        }
    }

    #[test]
    fn the_last_page_has_no_next() {
        for page in
            [json!({}), json!({"next_page_uri": null}), json!({"next_page_uri": ""}), json!({"meta": {}})]
        {
            assert_eq!(next_of(&page), None, "{page}");
        }
        assert_eq!(next_of(&json!({"next_page_uri": "/a"})), Some("/a"));
        assert_eq!(next_of(&json!({"meta": {"next_page_url": "https://a/b"}})), Some("https://a/b"));
    }
}
