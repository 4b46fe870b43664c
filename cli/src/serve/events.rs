//! Events leave a serving process behind the answers: a queue, and one task that empties it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dialplan::Message;
use publish::Sns;
use telemetry::{Delivery, log_event};
use tokio::fs::File;
use tokio::io::{AsyncWriteExt, Stdout};
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::task::JoinHandle;
use web::Sink;

/// How many events may wait. At two a request this is minutes of a busy network while SNS is out of reach; what
/// comes after that goes to the log at once.
const QUEUE: usize = 10_000;

/// How many are taken at a time: what one request to SNS carries.
const BATCH: usize = 10;

/// For how long events are still published after the last request, before the log takes the rest.
const GRACE: Duration = Duration::from_secs(5);

/// How long the batch in hand may take after that. SNS has two seconds for each.
const LAST_BATCH: Duration = Duration::from_secs(4);

/// Where events go.
pub(super) enum Destination {
    Topic(Sns),
    File(File),
    Stdout(Stdout),
}

impl Destination {
    pub(super) async fn open(topic: Option<String>, file: Option<&Path>) -> std::io::Result<Self> {
        match (topic, file) {
            (Some(arn), _) => Ok(Self::Topic(Sns::for_topic(Some(arn)).await)),
            (None, Some(path)) => Ok(Self::File(File::options().create(true).append(true).open(path).await?)),
            (None, None) => Ok(Self::Stdout(tokio::io::stdout())),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Topic(_) => "sns",
            Self::File(_) => "file",
            Self::Stdout(_) => "stdout",
        }
    }

    async fn deliver(&mut self, batch: Vec<Message>) {
        let lines: String = batch.iter().flat_map(|message| [message.json(), "\n"]).collect();
        let written = match self {
            Self::Topic(sns) => return sns.take(batch).await,
            Self::File(file) => append(file, &lines).await,
            Self::Stdout(stdout) => append(stdout, &lines).await,
        };
        if let Err(error) = written {
            tracing::error!(%error, "events cannot be written");
            batch.iter().for_each(|message| log_event(message.json(), message.stage(), Delivery::Failed));
        }
    }
}

async fn append(out: &mut (impl AsyncWriteExt + Unpin), lines: &str) -> std::io::Result<()> {
    out.write_all(lines.as_bytes()).await?;
    out.flush().await
}

/// The task that delivers.
pub(super) struct Events {
    task: JoinHandle<()>,
    hurry: Arc<AtomicBool>,
    destination: &'static str,
}

/// The end of the queue that requests see.
pub(super) struct Queue(mpsc::Sender<Message>);

impl Events {
    pub(super) fn start(mut destination: Destination) -> (Self, Queue) {
        let (sender, mut receiver) = mpsc::channel::<Message>(QUEUE);
        let hurry = Arc::new(AtomicBool::new(false));
        let name = destination.name();
        let must_hurry = Arc::clone(&hurry);
        let task = tokio::spawn(async move {
            let mut batch = Vec::with_capacity(BATCH);
            while receiver.recv_many(&mut batch, BATCH).await > 0 {
                let batch = std::mem::take(&mut batch);
                if must_hurry.load(Ordering::Relaxed) {
                    batch
                        .iter()
                        .for_each(|message| log_event(message.json(), message.stage(), Delivery::Failed));
                } else {
                    destination.deliver(batch).await;
                }
            }
        });
        (Self { task, hurry, destination: name }, Queue(sender))
    }

    pub(super) fn destination(&self) -> &'static str {
        self.destination
    }

    /// Waits until the queue is empty. The service, and with it the queue's other end, is gone by now.
    pub(super) async fn finish(mut self) {
        if tokio::time::timeout(GRACE, &mut self.task).await.is_err() {
            self.hurry.store(true, Ordering::Relaxed);
            // The batch in hand is not abandoned, or nobody would know what became of it. An empty queue may stay
            // open for a connection that would not close, so this wait has an end too.
            let _ = tokio::time::timeout(LAST_BATCH, self.task).await;
        }
    }
}

impl Sink for Queue {
    const AT_ONCE: bool = true;

    async fn take(&self, messages: Vec<Message>) {
        for message in messages {
            if let Err(TrySendError::Full(message) | TrySendError::Closed(message)) = self.0.try_send(message)
            {
                log_event(message.json(), message.stage(), Delivery::Failed);
            }
        }
    }
}
