//! The routes that Twilio calls.

/// A route, by what Twilio wants to know there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// A phone makes a call.
    Outgoing,
    /// A caller dialled at the dial tone that Dialtone gave.
    Digits,
    /// Asterisk hands a caller back.
    Refer,
    /// A number of the network is called.
    Incoming,
    /// A Dial has ended.
    DialEnded,
    /// A leg or a call has ended.
    CallProgress,
    /// Twilio's debugger reports an error.
    Alert,
}

/// The routes of `functions/outgoing`.
pub const OUTGOING: &[Route] = &[Route::Outgoing, Route::Digits, Route::Refer];
/// The routes of `functions/incoming`.
pub const INCOMING: &[Route] = &[Route::Incoming];
/// The routes of `functions/status`.
pub const STATUS: &[Route] = &[Route::DialEnded, Route::CallProgress, Route::Alert];

impl Route {
    /// Every route.
    pub const ALL: &[Self] = &[
        Self::Outgoing,
        Self::Digits,
        Self::Refer,
        Self::Incoming,
        Self::DialEnded,
        Self::CallProgress,
        Self::Alert,
    ];

    /// Its path.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::Outgoing => "/outgoing",
            Self::Digits => "/outgoing/digits",
            Self::Refer => "/refer",
            Self::Incoming => "/incoming",
            Self::DialEnded => "/status/dial",
            Self::CallProgress => "/status/call",
            Self::Alert => "/status/error",
        }
    }

    /// Finds the route with this path among `routes`. A slash at the end makes no difference.
    #[must_use]
    pub fn find(routes: &[Self], path: &str) -> Option<Self> {
        let path = path.strip_suffix('/').unwrap_or(path);
        routes.iter().copied().find(|route| route.path() == path)
    }

    /// Whether Twilio only tells something, and takes no TwiML.
    #[must_use]
    pub fn is_callback(self) -> bool {
        matches!(self, Self::CallProgress | Self::Alert)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_share_out_all_routes() {
        let shared_out: Vec<_> = [OUTGOING, INCOMING, STATUS].concat();
        assert_eq!(shared_out, Route::ALL);
    }

    #[test]
    fn a_path_leads_to_its_route() {
        for route in Route::ALL {
            assert_eq!(Route::find(Route::ALL, route.path()), Some(*route));
        }
        assert_eq!(Route::find(Route::ALL, "/outgoing/"), Some(Route::Outgoing));
        for path in ["", "/", "/Outgoing", "/outgoing/digits/x", "//outgoing"] {
            assert_eq!(Route::find(Route::ALL, path), None, "{path}");
        }
        assert_eq!(Route::find(INCOMING, "/outgoing"), None);
    }
}
