//! Remedies for Twilio's error codes (<https://www.twilio.com/docs/api/errors>).

/// The remedy for a refusal, if it is known.
pub(crate) fn of(status: u16, code: Option<u32>, message: &str) -> Option<&'static str> {
    // Twilio uses the code for wrong credentials also for an account that is suspended.
    if matches!((status, code), (401 | 403, Some(20003) | None)) && is_about_the_account(message) {
        return Some(ACCOUNT);
    }
    if (status, code) == (403, Some(20003)) {
        return of_status(403);
    }
    code.and_then(of_code).or_else(|| of_status(status))
}

/// Whether Twilio says that the account is closed or suspended, rather than that the credentials are wrong.
fn is_about_the_account(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    ["suspended", "not active", "closed", "deactivated"].iter().any(|word| message.contains(word))
}

fn of_code(code: u32) -> Option<&'static str> {
    Some(match code {
        20003 => CREDENTIALS,
        20005 => ACCOUNT,
        20008 => {
            "these are test credentials, which SIP resources do not take: use the live ones from the Twilio Console"
        }
        20404 => NOT_FOUND,
        20409 => "somebody changed it at the same time: run the same command again",
        20429 => BUSY,
        21202 => "Twilio does not connect calls to this kind of number",
        21230 => "the account has 100 SIP domains, the most that Twilio allows: delete one that is not used",
        21231 => "a field of the SIP domain is not valid, or the list is mapped already",
        21232 => {
            "the name is invalid or taken: all of Twilio's customers share the names, so choose another one"
        }
        21238 => "a field of the address is not valid: check its parts",
        21239 => {
            "the account has 100 credential lists, the most that Twilio allows: delete one that is not used"
        }
        21240 => {
            "the credential list (its name of up to 64 characters may be another list's), or the user name (up to 32) \
             or password (12 or more, with a digit, a small and a capital letter) in it, is not valid"
        }
        21241 => "a SIP domain still uses the credential list: remove its mapping first",
        21242 => "the credential list is full (1000 users): delete users that are no longer needed",
        21243 => {
            "the user name (up to 32 characters, once in the list) or the password (12 characters or more, with a \
             digit, a small and a capital letter) is not valid"
        }
        21405 => "a fallback URL needs a voice URL beside it: set VoiceUrl too",
        21420 => "the application is not in this account",
        21421 => "the number is not valid: write + and the country code, such as +15035550100",
        21422 | 21452 => "the number is sold, or none is for sale in this area code: choose another one",
        21450 => "the number is verified already",
        21451 => "the area code is not one of North America's: write its three digits",
        21457 => "a number cannot be bought by area code here: look for one and name all of it",
        21458 => "the number is of another kind: a toll-free number is not a local one",
        21615 | 21631 => "the number needs an address in its country: give it one with AddressSid",
        21628 => "Twilio does not find the address: check its spelling",
        21629 => "Twilio found a similar address and names it: write that into the file if it is right",
        21649 => "the number's country asks for documents: see Regulatory Compliance in the Twilio Console",
        32100 => "a trial account cannot do this: upgrade it in the Twilio Console",
        70051 => {
            "the API key is restricted: give it this permission in the Twilio Console, or set TWILIO_API_KEY and \
             TWILIO_API_SECRET to a standard key (or unset both and set TWILIO_AUTH_TOKEN)"
        }
        _ => return None,
    })
}

fn of_status(status: u16) -> Option<&'static str> {
    match status {
        401 => Some(CREDENTIALS),
        403 => Some(
            "the account, or the API key, may not do this: see its state and permissions in the Twilio Console",
        ),
        404 => Some(NOT_FOUND),
        429 => Some(BUSY),
        _ => None,
    }
}

const CREDENTIALS: &str = "check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or TWILIO_API_KEY and TWILIO_API_SECRET \
                           where they are set: they do not belong together, or were replaced";
const ACCOUNT: &str = "the account is not active: the Twilio Console says why, and how to open it again";
const NOT_FOUND: &str = "it does not exist, or no longer: run the same command again";
const BUSY: &str = "Twilio gets too many requests: wait a minute and try again";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_what_a_401_is_about() {
        for (status, code) in [(401, Some(20003)), (401, None), (401, Some(99999))] {
            let remedy = of(status, code, "Authenticate").unwrap();
            assert!(
                ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_API_KEY", "TWILIO_API_SECRET"]
                    .iter()
                    .all(|name| remedy.contains(name)),
                "{status} {code:?}"
            );
        }
    }

    #[test]
    fn an_account_that_may_not_is_not_a_wrong_token() {
        for (status, code, message, says) in [
            (403, Some(20003), "Permission denied", "permissions"),
            (403, None, "", "permissions"),
            (401, Some(20003), "Account suspended", "not active"),
            (403, Some(20003), "Your account has been suspended.", "not active"),
            (403, Some(20005), "Account not active", "not active"),
        ] {
            let remedy = of(status, code, message).unwrap();
            assert!(
                remedy.contains(says) && !remedy.contains("TWILIO_AUTH_TOKEN"),
                "{status} {message}: {remedy}"
            );
        }
    }

    #[test]
    fn a_restricted_key_is_named() {
        // https://www.twilio.com/docs/api/errors/70051
        for status in [401, 403] {
            let remedy = of(status, Some(70051), "Authorization denied").unwrap();
            assert!(remedy.contains("TWILIO_API_KEY") && remedy.contains("restricted"), "{remedy}");
        }
    }

    #[test]
    fn a_code_says_more_than_a_status() {
        assert!(of(403, Some(20008), "").unwrap().contains("test credentials"));
        assert_eq!(of(400, None, ""), None);
        assert_eq!(of(400, Some(1), ""), None);
    }
}
