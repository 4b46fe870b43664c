//! Why CloudWatch Logs cannot be read.

use aws_sdk_cloudwatchlogs::error::{ProvideErrorMetadata, SdkError};
use network::Finding;

/// Why CloudWatch Logs cannot be read. `Display` is one line. The SDK's own text may quote a request, so only kinds and codes are
/// kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CloudWatchError {
    /// There are no credentials.
    #[error("there are no credentials for AWS")]
    NoCredentials,
    /// AWS does not take the credentials: they have expired, or are wrong.
    #[error("AWS does not take the credentials ({0})")]
    Credentials(String),
    /// The credentials may not do this.
    #[error("the credentials may not {0}")]
    Denied(&'static str),
    /// The stack has no log group.
    #[error("the stack {stack} has no log groups in {region}")]
    NoGroups {
        /// The stack.
        stack: String,
        /// The region.
        region: String,
    },
    /// AWS throttled every attempt.
    #[error("AWS allows no more requests now")]
    Throttled,
    /// No answer.
    #[error("CloudWatch Logs gives no answer ({0})")]
    Unreachable(&'static str),
    /// Another refusal.
    #[error("CloudWatch Logs refused to {action} ({code})")]
    Refused {
        /// What was asked.
        action: &'static str,
        /// The code of the error.
        code: String,
    },
    /// The requests cannot be made here: there is no thread or descriptor left.
    #[error("the requests to AWS cannot be started")]
    Start,
}

impl CloudWatchError {
    /// The same for a person, with what to do.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let remedy = match self {
            Self::NoCredentials => {
                "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; after `aws sso login`: eval \"$(aws configure export-credentials --format env)\""
            }
            Self::Credentials(_) => "log in to AWS again, or set new credentials, and repeat the command",
            Self::Denied(_) => {
                "allow logs:DescribeLogGroups and logs:FilterLogEvents on the stack's log groups"
            }
            Self::NoGroups { .. } => {
                "look at stack_name and region in samconfig.toml; `sam deploy` makes the log groups"
            }
            Self::Throttled => {
                "wait a minute, and repeat the command: it goes on from where it was; other programs may be reading logs, too"
            }
            Self::Unreachable(_) | Self::Start => "look at this machine's network, and repeat the command",
            Self::Refused { .. } => "look the code up in AWS's reference of CloudWatch Logs",
        };
        Finding::new("CloudWatch Logs", self.to_string(), remedy)
    }

    pub(crate) fn of<E: ProvideErrorMetadata, R>(action: &'static str, error: &SdkError<E, R>) -> Self {
        match error {
            SdkError::ServiceError(refusal) => {
                Self::of_code(action, refusal.err().code().unwrap_or("no code"))
            }
            SdkError::TimeoutError(_) => Self::Unreachable("timeout"),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => Self::Unreachable("timeout"),
            SdkError::DispatchFailure(_) => Self::Unreachable("connection"),
            SdkError::ResponseError(_) => Self::Unreachable("no answer of AWS's"),
            _ => Self::Start,
        }
    }

    /// What an error code means
    /// (<https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/CommonErrors.html>).
    fn of_code(action: &'static str, code: &str) -> Self {
        match code {
            "ExpiredToken"
            | "ExpiredTokenException"
            | "IncompleteSignature"
            | "InvalidClientTokenId"
            | "InvalidSignatureException"
            | "MissingAuthenticationToken"
            | "RequestExpired"
            | "SignatureDoesNotMatch"
            | "UnrecognizedClientException" => Self::Credentials(code.to_owned()),
            "AccessDenied" | "AccessDeniedException" | "NotAuthorized" | "OptInRequired" => {
                Self::Denied(action)
            }
            "LimitExceededException"
            | "RequestLimitExceeded"
            | "Throttling"
            | "ThrottlingException"
            | "TooManyRequestsException" => Self::Throttled,
            _ => Self::Refused { action, code: code.to_owned() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_apart() {
        let of = |code| CloudWatchError::of_code("list log groups", code);
        assert_eq!(
            of("ExpiredTokenException"),
            CloudWatchError::Credentials("ExpiredTokenException".to_owned())
        );
        assert_eq!(of("AccessDeniedException"), CloudWatchError::Denied("list log groups"));
        assert_eq!(of("ThrottlingException"), CloudWatchError::Throttled);
        assert_eq!(
            of("InvalidParameterException").to_string(),
            "CloudWatch Logs refused to list log groups (InvalidParameterException)"
        );
    }
}
