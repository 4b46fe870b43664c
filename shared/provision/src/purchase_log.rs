//! Where purchases are written down, before and after.

/// Why the log cannot be read or written.
pub type LogError = Box<dyn std::error::Error + Send + Sync>;

/// Keeps what outlives a run: which number is being bought for which phone, and the network file that has it then.
pub trait PurchaseLog: Sync {
    /// Writes a number that was bought into the network file.
    ///
    /// # Errors
    ///
    /// Why it cannot be written.
    fn bought(&self, phone: &str, number: &str) -> Result<(), LogError>;

    /// The number that is being bought for a phone, as this run or an earlier one noted it.
    ///
    /// # Errors
    ///
    /// Why the note cannot be read.
    fn asked_for(&self, phone: &str) -> Result<Option<String>, LogError>;

    /// Notes which number is about to be bought for a phone, or that none is in doubt. A purchase can succeed long after
    /// its answer was lost, so the note outlives the run.
    ///
    /// # Errors
    ///
    /// Why it cannot be noted.
    fn ask_for(&self, phone: &str, number: Option<&str>) -> Result<(), LogError>;
}
