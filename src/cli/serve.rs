//! `serve`: the proxy and its admin listener, until the process is told to stop.

use super::exit::Exit;
use super::{PolicyArguments, output, policy, process};
use crate::diagnostic::Diagnostic;
use crate::gateway::{
    self, Candidate, Contents, Followed, Gateway, Listener, Metrics, Policies, Preparation, Prepared,
    Shadows, Tls,
};
use crate::reload::disk::DiskState;
use crate::reload::{self, Attempt, Holder, Ready, Source};
use crate::settings::{RecordFlags, ServeFlags, ServeSettings, SyncRecords};
use crate::traffic::{self, Rotation, Sync, Writer};
use crate::tree::Tree;
use crate::verify::Unproved;
use clap::Args;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// How long the records of the last requests may take after their answers.
const RECORD_PATIENCE: Duration = Duration::from_secs(5);

/// How long calls of operators may take when all else has ended.
const ADMIN_PATIENCE: Duration = Duration::from_secs(1);

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    policy: PolicyArguments,

    /// Where clients call; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: String,

    /// Where operators call: health, metrics, the policy
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9090")]
    admin: String,

    /// The bearer token that the admin listener asks for; needed where it is not on a loopback address
    #[arg(long, value_name = "env:NAME|file:PATH")]
    admin_token: Option<String>,

    /// The listener's certificate chain in PEM: clients call with `https`
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<PathBuf>,

    /// The private key of the certificate, in PEM
    #[arg(long, value_name = "FILE")]
    tls_key: Option<PathBuf>,

    /// Authorities in PEM that upstreams are trusted by, beside the system's
    #[arg(long, value_name = "FILE")]
    upstream_ca: Option<PathBuf>,

    /// Serve everyone, though others than this machine can call and the policy declares no tenants
    #[arg(long)]
    anonymous: bool,

    /// A second policy, a directory or files, that decides every request too and acts on none: `/policy` of the admin
    /// listener shows what it would change, and `POST /policy/promote` serves it
    #[arg(long, value_name = "POLICY", value_delimiter = ',')]
    shadow: Vec<PathBuf>,

    /// Write a record of each request into this directory
    #[arg(long, value_name = "DIR")]
    record: Option<PathBuf>,

    /// Headers to hold in records beside those that the policy reads
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    record_headers: Vec<String>,

    /// Begin a new file of records when one has this size, compressed
    #[arg(long, value_name = "SIZE", default_value = "64MiB", requires = "record")]
    record_file_size: String,

    /// Begin a new file of records when one has been written to for so long
    #[arg(long, value_name = "DURATION", default_value = "1h", requires = "record")]
    record_file_age: String,

    /// When to force records onto the disk (fsync)
    #[arg(long, value_enum, default_value_t = WhenSynced::Close, requires = "record")]
    record_sync: WhenSynced,

    /// How long requests in flight may take after a stop
    #[arg(long, value_name = "DURATION", default_value = "10m")]
    drain_timeout: String,

    /// The largest request body
    #[arg(long, value_name = "SIZE", default_value = "128MiB")]
    body_limit: String,

    /// How long the proofs of a load may take; a policy goes live no later for proofs that take longer
    #[arg(long, value_name = "DURATION", default_value = "5s")]
    proof_budget: String,

    /// What becomes of a policy with an assert that could not be told in that time
    #[arg(long, value_enum, default_value_t = WhenUnproved::Refuse)]
    unproved: WhenUnproved,

    /// How to write the log on standard error; what is written, `RUST_LOG` says
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    log: LogFormat,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum WhenSynced {
    /// When the system thinks fit
    Never,
    /// When a file is ended
    Close,
    /// Once a second too: as much is what a failure of the machine can lose
    Flush,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum WhenUnproved {
    /// It is refused, and the one before it stays in force
    Refuse,
    /// It is served, with a warning
    Accept,
}

pub(super) fn run(arguments: Arguments) -> Exit {
    start_log(arguments.log);
    process::in_small_pages();
    process::with_all_files();
    let settings = match flags(arguments).settle() {
        Ok(settings) => settings,
        Err(errors) => return output::usage(errors),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return output::usage([format!("the runtime cannot be started: {error}")]),
    };
    let exit = runtime.block_on(serve(settings));
    // Attempts that outlive the drain are cut off here instead of holding the process.
    runtime.shutdown_background();
    exit
}

/// The secrets of a policy that cannot be resolved.
pub(super) fn unresolved_secrets(tree: &Tree) -> Vec<Diagnostic> {
    gateway::unresolved_secrets(tree)
}

fn flags(arguments: Arguments) -> ServeFlags {
    ServeFlags {
        policy: arguments.policy.policy,
        listen: arguments.listen,
        admin: arguments.admin,
        admin_token: arguments.admin_token,
        tls_cert: arguments.tls_cert,
        tls_key: arguments.tls_key,
        upstream_ca: arguments.upstream_ca,
        anonymous: arguments.anonymous,
        shadow: arguments.shadow,
        record: RecordFlags {
            directory: arguments.record,
            headers: arguments.record_headers,
            file_size: arguments.record_file_size,
            file_age: arguments.record_file_age,
            sync: match arguments.record_sync {
                WhenSynced::Never => SyncRecords::Never,
                WhenSynced::Close => SyncRecords::Close,
                WhenSynced::Flush => SyncRecords::Flush,
            },
        },
        drain_timeout: arguments.drain_timeout,
        body_limit: arguments.body_limit,
        proof_budget: arguments.proof_budget,
        unproved: match arguments.unproved {
            WhenUnproved::Refuse => Unproved::Refuse,
            WhenUnproved::Accept => Unproved::Accept,
        },
    }
}

fn start_log(format: LogFormat) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .with_writer(std::io::stderr)
        .with_ansi(output::colour(&std::io::stderr()));
    match format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().init(),
    }
}

/// A policy's first load, that is still to be followed.
struct First {
    source: Source<Arc<Preparation>>,
    ready: Ready<Prepared>,
    state: DiskState,
}

/// Loads a policy for the first time, and prints what there is to say of it.
fn load(policy: &[PathBuf], settings: &ServeSettings, preparation: &Arc<Preparation>) -> Result<First, Exit> {
    let source = Source::new(policy.to_vec(), settings.proving, Arc::clone(preparation));
    let Attempt { result, state } = source.load();
    match result {
        Ok(ready) => {
            output::diagnostics(&ready.diagnostics, ready.tree.sources());
            Ok(First { source, ready, state })
        }
        Err(rejected) => {
            output::diagnostics(&rejected.diagnostics, &rejected.sources);
            Err(policy::exit_of(&rejected))
        }
    }
}

impl First {
    /// Keeps the policy as its files say from here on.
    fn follow(self) -> Followed {
        let holder = Arc::new(Holder::new(self.ready));
        let reload = reload::watch(
            self.source,
            Arc::clone(&holder),
            self.state,
            reload::Pace::default(),
        );
        Followed { holder, reload }
    }
}

/// Everything that can be wrong is found before a listener is told of.
async fn serve(settings: ServeSettings) -> Exit {
    let preparation = match Preparation::new(settings.clone()) {
        Ok(preparation) => Arc::new(preparation),
        Err(error) => return output::usage([error]),
    };
    let tls = match settings.tls.clone().map(Tls::new).transpose() {
        Ok(tls) => tls.map(Arc::new),
        Err(error) => return output::usage([error]),
    };
    let beside = match settings.shadow.is_empty() {
        true => Ok(None),
        false => load(&settings.shadow, &settings, &preparation).map(Some),
    };
    let (served, beside) = match (load(&settings.policy, &settings, &preparation), beside) {
        (Ok(served), Ok(beside)) => (served, beside),
        (Err(exit), _) | (_, Err(exit)) => return exit,
    };
    let (proxy, admin) = match listeners(&settings).await {
        Ok(listeners) => listeners,
        Err(errors) => return output::usage(errors),
    };
    let records = match records(&settings) {
        Ok(records) => records,
        Err(error) => return output::usage([error]),
    };
    let policies = Arc::new(Policies::new(served.follow(), beside.map(First::follow)));
    let candidate = policies
        .candidate()
        .map(|_| Candidate::start(Arc::clone(&policies)));
    let candidate = match candidate.transpose() {
        Ok(candidate) => candidate,
        Err(error) => return output::usage([format!("`--shadow`: no thread can be started: {error}")]),
    };
    let gateway = Arc::new(Gateway {
        policies,
        candidate,
        metrics: Metrics::new(),
        shadows: Shadows::default(),
        contents: Contents::default(),
        records,
        admin_access: settings.admin_access.clone(),
        body_limit: settings.body_limit,
        stop: CancellationToken::new(),
    });
    let (proxy, admin) = (Listener::new(proxy, tls), Listener::new(admin, None));
    for (name, listener) in [("proxy", &proxy), ("admin", &admin)] {
        match listener.url() {
            Ok(url) => output::line(&format!("{name} {url}")),
            Err(error) => return output::usage([format!("`{name}`: {error}")]),
        }
    }
    let hurry = CancellationToken::new();
    let signals = stop_on_signal(&gateway, hurry.clone()).and_then(|()| reload_on_signal(&gateway));
    if let Err(error) = signals {
        return output::usage([format!("signals cannot be listened to: {error}")]);
    }
    tokio::spawn(gateway::check_providers(Arc::clone(&gateway)));
    run_until_stopped(&settings, gateway, proxy, admin, hurry).await;
    Exit::Fine
}

async fn listeners(settings: &ServeSettings) -> Result<(TcpListener, TcpListener), Vec<String>> {
    let bind = |setting: &'static str, address: SocketAddr| gateway::bind(setting, address);
    match (
        bind("--listen", settings.listen).await,
        bind("--admin", settings.admin).await,
    ) {
        (Ok(proxy), Ok(admin)) => Ok((proxy, admin)),
        (proxy, admin) => Err(proxy.err().into_iter().chain(admin.err()).collect()),
    }
}

fn records(settings: &ServeSettings) -> Result<Option<Arc<Writer>>, String> {
    let Some(recording) = &settings.recording else {
        return Ok(None);
    };
    let rotation = Rotation {
        bytes: recording.file_size,
        age: recording.file_age,
        sync: match recording.sync {
            SyncRecords::Never => Sync::Never,
            SyncRecords::Close => Sync::Close,
            SyncRecords::Flush => Sync::Flush,
        },
        ..Rotation::default()
    };
    let settings = traffic::Settings {
        rotation,
        ..traffic::Settings::new(&recording.directory)
    };
    Writer::start(settings)
        .map(|writer| Some(Arc::new(writer)))
        .map_err(|error| {
            format!(
                "`--record`: nothing can be written to `{}`: {}",
                recording.directory.display(),
                traffic::reason(&error)
            )
        })
}

/// Serves until the process is told to stop, then lets what is in flight end. The admin listener outlives the proxy's,
/// so that the drain can be watched.
async fn run_until_stopped(
    settings: &ServeSettings,
    gateway: Arc<Gateway>,
    proxy: Listener,
    admin: Listener,
    hurry: CancellationToken,
) {
    let drained = CancellationToken::new();
    let admin_router = gateway::admin_router(Arc::clone(&gateway));
    let admin_patience = after(drained.clone(), ADMIN_PATIENCE);
    let admin = tokio::spawn(gateway::serve(
        admin,
        admin_router,
        drained.clone(),
        admin_patience,
    ));
    let answers = gateway::Proxy::new(Arc::clone(&gateway));
    let over = drain_over(&gateway, settings.drain_timeout, hurry);
    if gateway::serve(proxy, answers, gateway.stop.clone(), over.cancelled()).await {
        tracing::info!("all requests have ended");
    } else {
        tracing::warn!("the drain is over: requests still in flight are cut off");
    }
    gateway.settled(RECORD_PATIENCE).await;
    gateway.shadows.end(over.cancelled()).await;
    drained.cancel();
    let _ = admin.await;
    let Some(records) = gateway.records.clone() else {
        return;
    };
    match tokio::task::spawn_blocking(move || records.close()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(%error, "traffic records were lost"),
        Err(error) => tracing::error!(%error, "traffic records may be lost"),
    }
}

/// Cancelled when what is in flight has no more time: the drain has taken so long, or a second signal asks for haste.
fn drain_over(gateway: &Gateway, timeout: Duration, hurry: CancellationToken) -> CancellationToken {
    let (over, stop) = (CancellationToken::new(), gateway.stop.clone());
    let cancelled = over.clone();
    tokio::spawn(async move {
        tokio::select! {
            () = after(stop, timeout) => {}
            () = hurry.cancelled() => {}
        }
        cancelled.cancel();
    });
    over
}

/// Ends so long after the token was cancelled.
async fn after(token: CancellationToken, time: Duration) {
    token.cancelled().await;
    tokio::time::sleep(time).await;
}

/// Begins the drain at SIGTERM or SIGINT; a second one ends it.
fn stop_on_signal(gateway: &Arc<Gateway>, hurry: CancellationToken) -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stop = gateway.stop.clone();
    tokio::spawn(async move {
        for token in [stop, hurry] {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            tracing::info!("told to stop: requests in flight may end; one more signal cuts them off");
            token.cancel();
        }
    });
    Ok(())
}

/// Loads the policy anew at SIGHUP.
fn reload_on_signal(gateway: &Arc<Gateway>) -> std::io::Result<()> {
    let mut hangup = signal(SignalKind::hangup())?;
    let policies = Arc::clone(&gateway.policies);
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            // The loops log what comes of it.
            for followed in policies.candidate().into_iter().chain([policies.followed()]) {
                let _ = followed.reload.reload().await;
            }
        }
    });
    Ok(())
}
