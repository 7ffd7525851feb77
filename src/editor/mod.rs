//! The language server: what editors ask of policies, over the Language Server Protocol on a pair of streams.
//!
//! One thread reads messages, one answers them, one takes a closer look at policies that load. A keystroke is compiled
//! and told at once; what takes longer follows from the background and is dropped where the text has changed meanwhile.
#![allow(
    clippy::disallowed_methods,
    reason = "a policy's files are read beneath the texts that are open"
)]

mod actions;
mod analysis;
mod background;
mod buffers;
mod completion;
mod describe;
mod dispatch;
mod edits;
mod formatting;
mod frames;
mod home;
mod lens;
mod names;
mod navigate;
mod options;
mod outline;
mod overlay;
mod places;
mod policies;
mod positions;
mod rename;
mod report;
mod requests;
mod session;
mod vocabulary;

use background::{Background, Outcome};
use dispatch::Stage;
use frames::{Incoming, refusal};
use lsp_server::{ErrorCode, Message, RequestId};
use std::collections::VecDeque;
use std::io::{self, BufReader, Read, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Most messages that wait to be answered; an editor that sends more has to wait itself.
const MAX_WAITING: usize = 1_024;

/// Most changes that are taken before what they lead to is told, however fast more of them come.
const MAX_CHANGES: usize = 64;

/// What happens.
enum Event {
    Incoming(Incoming),
    Outcome(Outcome),
}

/// Serves an editor until it says goodbye or hangs up; whether it said goodbye as the protocol has it.
///
/// # Errors
///
/// Output that cannot be written, or a thread that cannot be started.
pub fn serve(input: impl Read + Send + 'static, output: &mut dyn Write) -> io::Result<bool> {
    let (events, happening) = sync_channel(MAX_WAITING);
    let outcomes = events.clone();
    let background = Background::start(move |outcome| {
        // Where nobody listens any more the session is over.
        let _ = outcomes.send(Event::Outcome(outcome));
    })?;
    std::thread::Builder::new()
        .name("messages".to_owned())
        .spawn(move || listen(input, &events))?;
    Server {
        stage: Stage::Waiting(Some(background)),
        happening,
        waiting: VecDeque::new(),
        changes: 0,
        output,
    }
    .run()
}

fn listen(input: impl Read, events: &SyncSender<Event>) {
    let mut input = BufReader::new(input);
    loop {
        let incoming = frames::read(&mut input);
        let is_last = matches!(&incoming, Incoming::End) || is_exit(&incoming);
        if events.send(Event::Incoming(incoming)).is_err() || is_last {
            return;
        }
    }
}

fn is_exit(incoming: &Incoming) -> bool {
    matches!(incoming, Incoming::Message(Message::Notification(notification)) if notification.method == "exit")
}

/// The thread that answers.
struct Server<'o> {
    stage: Stage,
    happening: Receiver<Event>,
    waiting: VecDeque<Event>,
    /// Messages taken since the last refresh.
    changes: usize,
    output: &'o mut dyn Write,
}

impl Server<'_> {
    fn run(mut self) -> io::Result<bool> {
        while let Some(event) = self.next()? {
            match event {
                Event::Incoming(Incoming::End) => return Ok(matches!(self.stage, Stage::ShutDown)),
                Event::Incoming(incoming) if is_exit(&incoming) => {
                    return Ok(matches!(self.stage, Stage::ShutDown));
                }
                Event::Incoming(Incoming::Malformed(reason)) => {
                    frames::write_malformed(self.output, &reason)?;
                }
                Event::Incoming(Incoming::Message(message)) => self.message(message)?,
                Event::Outcome(outcome) => {
                    if let Stage::Running(session) = &mut self.stage {
                        session.take(outcome);
                    }
                }
            }
            self.send()?;
        }
        Ok(false)
    }

    /// The next event. Before the server waits for one it tells what it has to tell.
    fn next(&mut self) -> io::Result<Option<Event>> {
        self.gather()?;
        if let Stage::Running(session) = &mut self.stage
            && session.is_dirty()
            && (self.waiting.is_empty() || self.changes >= MAX_CHANGES)
        {
            session.refresh();
            self.changes = 0;
            self.send()?;
        }
        if let Some(event) = self.waiting.pop_front() {
            self.changes += 1;
            return Ok(Some(event));
        }
        Ok(self.happening.recv().ok())
    }

    /// Takes in what has come meanwhile; questions that were taken back are answered so.
    fn gather(&mut self) -> io::Result<()> {
        while self.waiting.len() < MAX_WAITING {
            let Ok(event) = self.happening.try_recv() else {
                break;
            };
            match cancelled(&event) {
                Some(id) => self.cancel(&id)?,
                None => self.waiting.push_back(event),
            }
        }
        Ok(())
    }

    fn cancel(&mut self, id: &RequestId) -> io::Result<()> {
        let is_it = |event: &Event| matches!(event, Event::Incoming(Incoming::Message(Message::Request(request))) if request.id == *id);
        let Some(at) = self.waiting.iter().position(is_it) else {
            return Ok(());
        };
        self.waiting.remove(at);
        let answer = refusal(id.clone(), ErrorCode::RequestCanceled, "taken back");
        frames::write(self.output, answer)
    }

    fn message(&mut self, message: Message) -> io::Result<()> {
        match message {
            Message::Request(request) => {
                let answer = dispatch::request(&mut self.stage, request);
                self.send()?;
                frames::write(self.output, answer)
            }
            Message::Notification(notification) => {
                if let Stage::Running(session) = &mut self.stage {
                    dispatch::notification(session, notification);
                }
                Ok(())
            }
            // Nothing that is asked of the editor depends on its answer.
            Message::Response(_) => Ok(()),
        }
    }

    fn send(&mut self) -> io::Result<()> {
        if let Stage::Running(session) = &mut self.stage {
            for message in session.take_outgoing() {
                frames::write(self.output, message)?;
            }
        }
        Ok(())
    }
}

/// The request that a message takes back.
fn cancelled(event: &Event) -> Option<RequestId> {
    let Event::Incoming(Incoming::Message(Message::Notification(notification))) = event else {
        return None;
    };
    let id = (notification.method == "$/cancelRequest").then(|| notification.params.get("id"))??;
    serde_json::from_value(id.clone()).ok()
}

#[cfg(test)]
mod tests;
