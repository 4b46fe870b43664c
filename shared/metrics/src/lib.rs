//! Events to Amazon SNS. The only crate that links the AWS SDK.

mod sns;

pub use sns::Sns;
