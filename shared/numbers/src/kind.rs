//! The purposes of telephone numbers.

/// The purpose of a number, which also says who pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A line at a place.
    FixedLine,
    /// A mobile phone.
    Mobile,
    /// A line at a place or a mobile phone: North American numbers do not tell them apart.
    FixedLineOrMobile,
    /// The callee pays.
    TollFree,
    /// The caller pays more than for a call, and the callee is paid.
    PremiumRate,
    /// Caller and callee share the price.
    SharedCost,
    /// Follows a person from line to line; its price does too.
    PersonalNumber,
    /// Telephony over the Internet.
    Voip,
    /// A pager.
    Pager,
    /// A company's one number for many offices (universal access number).
    Uan,
    /// Access to a voice mailbox.
    Voicemail,
}
