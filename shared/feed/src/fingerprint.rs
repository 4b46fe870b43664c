//! Prints of files, as cursors have them.

/// A short print (FNV-1a). It only tells files apart that took each other's name. Letters only, so
/// that nothing in the ledger looks like a telephone number.
pub(crate) fn fingerprint(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}").chars().map(|c| c.to_digit(16).map_or('-', letter)).collect()
}

/// The letter that stands for a hexadecimal digit: `a` for 0, `p` for 15.
fn letter(digit: u32) -> char {
    char::from_u32(u32::from('a') + digit).unwrap_or('-')
}
