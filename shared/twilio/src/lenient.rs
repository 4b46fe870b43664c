//! JSON as Twilio writes it: fields come and go, and what is not set is `null`.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A text. `null` is the empty one; a number is as good as its digits.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(String::new()),
        Value::String(text) => Ok(text),
        value @ (Value::Number(_) | Value::Bool(_)) => Ok(value.to_string()),
        Value::Array(_) | Value::Object(_) => Err(serde::de::Error::custom("a text was expected")),
    }
}

/// Yes or no. `null` is no; Twilio writes some flags as texts.
pub(crate) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(false),
        Value::Bool(flag) => Ok(flag),
        Value::String(text) if text.is_empty() || text.eq_ignore_ascii_case("false") => Ok(false),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        _ => Err(serde::de::Error::custom("true or false was expected")),
    }
}

/// Anything that has a default. `null` is that.
pub(crate) fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Sample {
        #[serde(deserialize_with = "super::text")]
        text: String,
        #[serde(deserialize_with = "super::flag")]
        flag: bool,
    }

    #[test]
    fn what_is_not_set_is_empty() {
        for json in ["{}", r#"{"text":null,"flag":null}"#, r#"{"text":"","flag":"","more":[1]}"#] {
            assert_eq!(serde_json::from_str::<Sample>(json).unwrap(), Sample::default(), "{json}");
        }
        let set = Sample { text: "11200".into(), flag: true };
        for json in [r#"{"text":11200,"flag":true}"#, r#"{"text":"11200","flag":"true"}"#] {
            assert_eq!(serde_json::from_str::<Sample>(json).unwrap(), set, "{json}");
        }
    }

    #[test]
    fn what_is_something_else_is_an_error() {
        for json in [r#"{"text":{}}"#, r#"{"text":[]}"#, r#"{"flag":"perhaps"}"#, r#"{"flag":2}"#] {
            assert!(serde_json::from_str::<Sample>(json).is_err(), "{json}");
        }
    }
}
