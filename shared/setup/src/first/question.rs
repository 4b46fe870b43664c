//! What `init` asks, in this order.

/// One question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// The network's name.
    Name,
    /// The country, by its two letters.
    Region,
    /// The SIP domain at Twilio.
    SipDomain,
    /// Where Twilio reaches the service.
    PublicUrl,
    /// The user name of the first phone.
    Phone,
    /// The first phone's number.
    Number,
    /// Who is where the phone stands.
    Customer,
    /// House number and street.
    Street,
    /// City or town.
    City,
    /// State or province.
    State,
    /// Postal code.
    PostalCode,
    /// Who hears of a call for help.
    Notify,
}

impl Question {
    /// All of them, in the order in which they are asked.
    pub const ALL: [Self; 12] = [
        Self::Name,
        Self::Region,
        Self::SipDomain,
        Self::PublicUrl,
        Self::Phone,
        Self::Number,
        Self::Customer,
        Self::Street,
        Self::City,
        Self::State,
        Self::PostalCode,
        Self::Notify,
    ];

    /// The question, as a person reads it.
    pub fn text(self) -> &'static str {
        match self {
            Self::Name => "Name of the network",
            Self::Region => "Country, by its two letters",
            Self::SipDomain => "SIP domain at Twilio",
            Self::PublicUrl => "URL at which Twilio reaches the service",
            Self::Phone => "User name of the first phone",
            Self::Number => "Its number, such as +15035550110",
            Self::Customer => "Who is where the phone stands (a person, a shop)",
            Self::Street => "House number and street there",
            Self::City => "City",
            Self::State => "State or province, such as OR",
            Self::PostalCode => "Postal code",
            Self::Notify => "Who hears of a call for help (mail address, https://…, +1… or sms:+1…)",
        }
    }

    /// The option that answers it.
    pub fn option(self) -> &'static str {
        match self {
            Self::Name => "--name",
            Self::Region => "--region",
            Self::SipDomain => "--sip-domain",
            Self::PublicUrl => "--public-url",
            Self::Phone => "--phone",
            Self::Number => "--number",
            Self::Customer => "--customer",
            Self::Street => "--street",
            Self::City => "--city",
            Self::State => "--state",
            Self::PostalCode => "--postal-code",
            Self::Notify => "--notify",
        }
    }

    /// The key of the file that holds the answer, as problems name it.
    pub fn key(self, phone: &str) -> String {
        match self {
            Self::Name => "network.name".into(),
            Self::Region => "network.region".into(),
            Self::SipDomain => "stages.prod.sip_domain".into(),
            Self::PublicUrl => "stages.prod.public_url".into(),
            Self::Phone => format!("extensions.{phone}"),
            Self::Number => format!("extensions.{phone}.number"),
            Self::Customer => "addresses.home.customer".into(),
            Self::Street => "addresses.home.street".into(),
            Self::City => "addresses.home.city".into(),
            Self::State => "addresses.home.region".into(),
            Self::PostalCode => "addresses.home.postal_code".into(),
            Self::Notify => "notify".into(),
        }
    }
}
