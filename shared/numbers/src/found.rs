//! What is known of a number.

use crate::countries::Region;
use crate::kind::Kind;

/// The region and kind of a number that can exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Found {
    /// Where it is. Numbers that North America shares, such as toll-free ones, are filed under the US.
    pub region: Region,
    /// Its purpose.
    pub kind: Kind,
}
