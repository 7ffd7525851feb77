//! The writer that requests hand their records to: a bounded queue and a thread behind it.
#![allow(
    clippy::disallowed_methods,
    reason = "record files and their clock are the world's"
)]

use super::blocks::LONGEST_LINE;
use super::file::{Now, RecordFile, Rotation};
use super::source::reason;
use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Records that may wait for the writer: at some 2 KB for one that is still to be put into words, about 32 MB.
const QUEUE: usize = 16_384;

/// How long the writer lets lines gather: waking it for each line would cost requests more than the line does.
const GATHER: Duration = Duration::from_millis(5);

/// After a failed write (a full disk), how long lines are dropped before a new file is tried.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Where and how records are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The directory of the files; made where it is not there.
    pub directory: PathBuf,
    /// When files are flushed and rotated.
    pub rotation: Rotation,
    /// Lines that may wait; more are dropped and counted.
    pub queue: usize,
}

impl Settings {
    /// The usual rotation and queue.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Settings {
            directory: directory.into(),
            rotation: Rotation::default(),
            queue: QUEUE,
        }
    }
}

/// What a writer has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Lines that are in a file, readable to others.
    pub written: u64,
    /// Lines lost: the queue was full, the line too long, or the disk did not take it.
    pub dropped: u64,
    /// Bytes in files, compressed.
    pub bytes: u64,
}

#[derive(Debug, Default)]
struct Shared {
    written: AtomicU64,
    dropped: AtomicU64,
    bytes: AtomicU64,
    failure: Mutex<Option<String>>,
}

impl Shared {
    fn fail(&self, error: &io::Error) {
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
    }
}

/// Puts a record into words.
type Words = Box<dyn FnOnce() -> String + Send>;

enum Message {
    Line(Vec<u8>),
    /// A line that is still to be made.
    Later(Words),
    Close,
}

/// Writes records into rotated files, on a thread of its own.
#[derive(Debug)]
pub struct Writer {
    queue: SyncSender<Message>,
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<io::Result<()>>>>,
}

impl Writer {
    /// Makes the directory, creates the first file and starts the thread. An error means that nothing can be written
    /// there.
    pub fn start(settings: Settings) -> io::Result<Self> {
        std::fs::create_dir_all(&settings.directory)?;
        let first = RecordFile::create(&settings.directory, now())?;
        let (queue, lines) = sync_channel(settings.queue);
        let shared = Arc::new(Shared::default());
        let mut recorder = Recorder {
            settings,
            file: Some(first),
            finished_bytes: 0,
            paused_until: None,
            shared: Arc::clone(&shared),
        };
        let thread = std::thread::Builder::new()
            .name("traffic".to_owned())
            .spawn(move || recorder.run(&lines))?;
        Ok(Writer {
            queue,
            shared,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Hands over one record as a line without its line end. Never blocks: where the queue is full, or the writer
    /// closed, the line is dropped and counted, and the answer is false.
    pub fn write(&self, line: impl Into<Vec<u8>>) -> bool {
        let line = line.into();
        self.hand_over(line.len() <= LONGEST_LINE, Message::Line(line))
    }

    /// Hands over one record as [`Writer::write`], to be put into words by the writer's thread.
    pub fn write_later(&self, words: impl FnOnce() -> String + Send + 'static) -> bool {
        self.hand_over(true, Message::Later(Box::new(words)))
    }

    fn hand_over(&self, fits: bool, message: Message) -> bool {
        let taken = fits
            && match self.queue.try_send(message) {
                Ok(()) => true,
                Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => false,
            };
        if !taken {
            self.shared.dropped.fetch_add(1, Ordering::Relaxed);
        }
        taken
    }

    /// What was written and dropped so far.
    pub fn counts(&self) -> Counts {
        Counts {
            written: self.shared.written.load(Ordering::Relaxed),
            dropped: self.shared.dropped.load(Ordering::Relaxed),
            bytes: self.shared.bytes.load(Ordering::Relaxed),
        }
    }

    /// The last failure to write, if any.
    pub fn failure(&self) -> Option<String> {
        self.shared
            .failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Writes out everything that waits, closes the file, and returns when that is done. Lines written later are
    /// dropped; a second call does nothing.
    pub fn close(&self) -> io::Result<()> {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(thread) = thread else { return Ok(()) };
        // An error here means that the thread has ended already; its answer is what counts.
        let _ = self.queue.send(Message::Close);
        thread
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("the writer of traffic records ended early")))
    }
}

/// The thread's side of a [`Writer`].
struct Recorder {
    settings: Settings,
    file: Option<RecordFile>,
    finished_bytes: u64,
    paused_until: Option<Instant>,
    shared: Arc<Shared>,
}

impl Recorder {
    fn run(&mut self, lines: &Receiver<Message>) -> io::Result<()> {
        loop {
            match lines.recv_timeout(self.settings.rotation.flush) {
                Ok(message) => {
                    if self.message(message).is_break() {
                        return self.finish();
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.tend(now());
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => return self.finish(),
            }
            std::thread::sleep(GATHER);
            for message in lines.try_iter() {
                if self.message(message).is_break() {
                    return self.finish();
                }
            }
        }
    }

    fn message(&mut self, message: Message) -> ControlFlow<()> {
        match message {
            Message::Line(line) => self.take(&line, now()),
            Message::Later(words) => match words() {
                line if line.len() <= LONGEST_LINE => self.take(line.as_bytes(), now()),
                _ => {
                    self.shared.dropped.fetch_add(1, Ordering::Relaxed);
                }
            },
            Message::Close => return ControlFlow::Break(()),
        }
        ControlFlow::Continue(())
    }

    /// Writes one line; a failure gives the file up, so that the next one begins clean.
    fn take(&mut self, line: &[u8], now: Now) {
        match self.append(line, now) {
            Ok(true) => self.tend(now),
            Ok(false) => self.lost(1),
            Err(error) => {
                self.lost(1);
                self.give_up(&error, now);
            }
        }
    }

    /// Whether the line was taken; while paused after a failure it is not.
    fn append(&mut self, line: &[u8], now: Now) -> io::Result<bool> {
        if self.paused_until.is_some_and(|until| now.steady < until) {
            return Ok(false);
        }
        self.paused_until = None;
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(RecordFile::create(&self.settings.directory, now)?),
        };
        file.append(line)?;
        Ok(true)
    }

    /// Flushes and rotates where that is due.
    fn tend(&mut self, now: Now) {
        if let Err(error) = self.flush_and_rotate(now) {
            self.give_up(&error, now);
        }
        self.count_bytes();
    }

    fn flush_and_rotate(&mut self, now: Now) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            let lines = file.flush_if_due(&self.settings.rotation, now)?;
            self.shared.written.fetch_add(lines, Ordering::Relaxed);
        }
        match self.file.take() {
            Some(file) if file.is_over(&self.settings.rotation, now) => self.end(file)?,
            other => self.file = other,
        }
        Ok(())
    }

    /// Ends a file. Where that fails, what was not flushed counts as lost.
    fn end(&mut self, file: RecordFile) -> io::Result<()> {
        let unflushed = file.unflushed();
        match file.finish(self.settings.rotation.sync) {
            Ok(bytes) => {
                self.finished_bytes += bytes;
                self.shared.written.fetch_add(unflushed, Ordering::Relaxed);
                Ok(())
            }
            Err(error) => {
                self.lost(unflushed);
                Err(error)
            }
        }
    }

    fn lost(&self, lines: u64) {
        self.shared.dropped.fetch_add(lines, Ordering::Relaxed);
    }

    fn give_up(&mut self, error: &io::Error, now: Now) {
        self.shared.fail(error);
        tracing::warn!(
            directory = %self.settings.directory.display(),
            "records cannot be written and are lost for now: {}",
            reason(error)
        );
        if let Some(file) = self.file.take() {
            self.lost(file.unflushed());
            self.finished_bytes += file.bytes();
        }
        self.paused_until = Some(now.steady + PAUSE_AFTER_FAILURE);
    }

    fn finish(&mut self) -> io::Result<()> {
        let ended = self.file.take().map_or(Ok(()), |file| self.end(file));
        if let Err(error) = &ended {
            self.shared.fail(error);
        }
        self.count_bytes();
        ended
    }

    fn count_bytes(&self) {
        let open = self.file.as_ref().map_or(0, RecordFile::bytes);
        self.shared
            .bytes
            .store(self.finished_bytes + open, Ordering::Relaxed);
    }
}

fn now() -> Now {
    Now {
        wall: std::time::SystemTime::now().into(),
        steady: Instant::now(),
    }
}
