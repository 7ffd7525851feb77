"""The proxies that are measured: how each is configured and started in front of the same upstream."""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
BINARY = pathlib.Path(os.environ.get("POINTSMAN_BINARY", HERE.parent / "target" / "release" / "pointsman"))
KEY = "bench-key"
RULES = 100
# What the client sends beside the body.
HEADERS = {"content-type": "application/json", "authorization": f"Bearer {KEY}"}
BODY = json.dumps({"model": "m", "messages": [{"role": "user", "content": "word " * 190}]})
ANSWER = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1700000000,
        "model": "upstream-model",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": "The answer."}, "finish_reason": "stop"}
        ],
        "usage": {"prompt_tokens": 200, "completion_tokens": 3, "total_tokens": 203},
    }
)

NGINX = """
worker_processes auto;
daemon off;
pid {home}/{name}.pid;
error_log {home}/{name}.log warn;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {home}/{name}-body;
  proxy_temp_path {home}/{name}-proxy;
  fastcgi_temp_path {home}/{name}-fastcgi;
  uwsgi_temp_path {home}/{name}-uwsgi;
  scgi_temp_path {home}/{name}-scgi;
  keepalive_requests 100000000;
  {inside}
}}
"""

NGINX_UPSTREAM = """
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{ default_type application/json; return 200 '{answer}'; }}
  }}
"""

NGINX_PROXY = """
  upstream model {{ server 127.0.0.1:{upstream}; keepalive 128; keepalive_requests 100000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{
      proxy_pass http://model; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off;
    }}
  }}
"""

HAPROXY = """
global
  maxconn 8192
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  option http-no-delay
frontend front
  bind 127.0.0.1:{port}
  default_backend model
backend model
  http-reuse always
  server model 127.0.0.1:{upstream}
"""

ENVOY = """
static_resources:
  listeners:
  - address: {{ socket_address: {{ address: 127.0.0.1, port_value: {port} }} }}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: front
          route_config:
            virtual_hosts:
            - {{ name: all, domains: ["*"], routes: [ {{ match: {{ prefix: "/" }}, route: {{ cluster: model, timeout: 0s }} }} ] }}
          http_filters:
          - name: envoy.filters.http.router
            typed_config: {{ "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }}
  clusters:
  - name: model
    type: STATIC
    circuit_breakers: {{ thresholds: [ {{ max_connections: 8192, max_pending_requests: 8192, max_requests: 8192 }} ] }}
    load_assignment:
      cluster_name: model
      endpoints: [ {{ lb_endpoints: [ {{ endpoint: {{ address: {{ socket_address: {{ address: 127.0.0.1, port_value: {upstream} }} }} }} }} ] }} ]
"""

LITELLM = """
model_list:
  - model_name: m
    litellm_params: {{ model: openai/upstream-model, api_base: "http://127.0.0.1:{upstream}/v1", api_key: none }}
general_settings: {{ master_key: {key} }}
"""


def policy(upstream_port):
    """A policy of tenants with keys and of rules, the last of which takes the request."""
    digest = hashlib.sha256(KEY.encode()).hexdigest()
    tenants = "\n".join(
        f'tenant t{number} {{ key main sha256 "{hashlib.sha256(str(number).encode()).hexdigest()}" }}'
        for number in range(RULES - 1)
    )
    rules = "\n".join(
        f'route r{number} {{ when tenant == "t{number}" && tokens < 9000 && "beta" in tags target m }}'
        for number in range(RULES - 1)
    )
    return f"""
provider up {{ protocol openai url "http://127.0.0.1:{upstream_port}/v1" }}
model m {{ provider up name "upstream-model" price input $0.15 output $0.60 }}
tenant bench {{ key main sha256 "{digest}" }}
{tenants}
{rules}
route last {{ target m }}
"""


class Bench:
    """A folder for configurations and logs, and the processes that were started."""

    def __init__(self, home):
        self.home, self.processes = home, {}

    def start(self, name, command, **options):
        log = open(self.home / f"{name}.out", "w")
        self.processes[name] = subprocess.Popen(
            [str(part) for part in command], stdout=options.pop("stdout", log), stderr=log, **options
        )
        return self.processes[name]

    def write(self, name, text):
        path = self.home / name
        path.write_text(text)
        return path

    def nginx(self, name, inside):
        config = self.write(f"{name}.conf", NGINX.format(home=self.home, name=name, inside=inside))
        self.start(name, ["nginx", "-e", self.home / f"{name}.log", "-p", self.home, "-c", config])

    def upstream(self, port):
        self.nginx("upstream", NGINX_UPSTREAM.format(port=port, answer=ANSWER))

    def proxy(self, name, port, upstream):
        """Starts a proxy; false where it is not installed."""
        self.label = f"{name}-{upstream}"
        return getattr(self, f"start_{name}")(port, upstream)

    def start_nginx(self, port, upstream):
        if not shutil.which("nginx"):
            return False
        self.nginx(self.label, NGINX_PROXY.format(port=port, upstream=upstream))
        return True

    def start_haproxy(self, port, upstream):
        config = self.write(f"{self.label}.cfg", HAPROXY.format(port=port, upstream=upstream))
        return bool(shutil.which("haproxy") and self.start(self.label, ["haproxy", "-f", config]))

    def start_envoy(self, port, upstream):
        config = self.write(f"{self.label}.yaml", ENVOY.format(port=port, upstream=upstream))
        command = ["envoy", "-c", config, "--use-dynamic-base-id", "--log-level", "error"]
        return bool(shutil.which("envoy") and self.start(self.label, command))

    def start_litellm(self, port, upstream):
        config = self.write(f"{self.label}.yaml", LITELLM.format(upstream=upstream, key=KEY))
        command = ["litellm", "--config", config, "--host", "127.0.0.1", "--port", port]
        return bool(shutil.which("litellm") and self.start(self.label, command))

    def start_portkey(self, port, upstream):
        """It is told with each request where to go: see `headers_for`."""
        options = {"env": os.environ | {"TRUSTED_CUSTOM_HOSTS": "127.0.0.1"}}
        command = ["gateway", f"--port={port}", "--headless"]
        return bool(shutil.which("gateway") and self.start(self.label, command, **options))

    def start_pointsman(self, port, upstream):
        if not BINARY.exists():
            sys.exit("no release build: cargo build --release")
        folder = self.home / self.label
        folder.mkdir()
        (folder / "all.policy").write_text(policy(upstream))
        command = [BINARY, "serve", folder, "--listen", f"127.0.0.1:{port}", "--admin", "127.0.0.1:0"]
        self.start(self.label, command + ["--record", self.home / f"{self.label}-records"])
        return True

    def stop(self):
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()

    def family(self, name):
        """The process of this name and its children."""
        found = [self.processes[name].pid]
        for pid in found:
            children = pathlib.Path(f"/proc/{pid}/task/{pid}/children")
            found += [int(child) for child in children.read_text().split()] if children.exists() else []
        return found


def headers_for(name, upstream):
    """What the client sends to this proxy, in front of the upstream at this port."""
    if name != "portkey":
        return HEADERS
    return HEADERS | {"x-portkey-provider": "openai", "x-portkey-custom-host": f"http://127.0.0.1:{upstream}/v1"}


def answers(name, port, patience, headers=HEADERS):
    """Waits until a chat is answered; the time that it took."""
    begun = time.monotonic()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/chat/completions", data=BODY.encode(), headers=headers
    )
    while time.monotonic() - begun < patience:
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                answer.read()
                return time.monotonic() - begun
        except OSError:
            time.sleep(0.002)
    sys.exit(f"{name} does not answer on port {port}")
