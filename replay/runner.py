# Runs a handler under events as a serverless runtime would, and writes down what came of each event.
#
# Problem: the same handler is run by the tracer, by the replays that verify a rewritten package, and by benchmarks,
# and all of them must see the program that the cloud would see.
# Idea: this one file plays the cloud's bootstrap. It loads what the bootstrap has loaded before the handler (PRELOAD),
# lays sys.path as Lambda does, gives Lambda's context object, marshals results by Lambda's rules; for `http` it
# answers through Flask as the Functions Framework does. A builtin module `_faaslight_tracer` (only inside the tracer)
# is told where the import and each event begin and end.
# A record is one JSON line, appended at once with one write(2): SIGKILL or os._exit lose nothing that was written.
# Output is captured at the level of file descriptors, so that C code and child processes are seen too.
# Cost: about 4 ms before the handler; nothing while it runs: no thread, signal handler or timer (the parent watches
# the clock, it knows from the "begin" records what runs).
#
# Everything that a handler could replace (json, os, sys.stdout) is bound before its module is imported.
import base64  # noqa: F401  the lines marked F401 are the preload: see PRELOAD
import datetime  # noqa: F401
import decimal
import enum  # noqa: F401
import importlib
import io
import json
import logging
import math
import os
import re
import sys
import time
import traceback  # noqa: F401
import urllib  # noqa: F401
import urllib.parse

# What Lambda's bootstrap (awslambdaric with its simplejson) has in sys.modules when it imports the handler, as far as
# it belongs to the standard library. bench/ loads the same.
PRELOAD = (
    "base64",
    "datetime",
    "decimal",
    "enum",
    "importlib",
    "io",
    "json",
    "logging",
    "math",
    "os",
    "re",
    "sys",
    "time",
    "traceback",
    "urllib",
    "urllib.parse",
)
# The Functions Framework has Flask loaded before the function's module, from the function's own packages.
PRELOAD_HTTP = ("flask",)

MAX_OUTPUT = 1 << 20  # bytes kept of an event's stdout and of its stderr, each
MAX_REPR = 1 << 16  # characters kept of a result that is not JSON, and of an exception's message
MINOR = f"{sys.version_info[0]}.{sys.version_info[1]}"
NO_EVENT = -1  # the import of the handler's module, in "begin" records

_perf_counter = time.perf_counter
_time = time.time
_encode_record = json.JSONEncoder(ensure_ascii=True).encode
_decode = json.JSONDecoder().decode
_fstat, _open, _write, _pread, _ftruncate = os.fstat, os.open, os.write, os.pread, os.ftruncate
_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
_getpid, _exit = os.getpid, os._exit
_unquote_to_bytes, _urlencode, _b64decode = urllib.parse.unquote_to_bytes, urllib.parse.urlencode, base64.b64decode


class Fault(Exception):
    """An error that the runtime, not the handler, answers with: its type is Lambda's name for it."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


def clean(text):
    """Text that is valid UTF-8: lone surrogates become their escapes (in JSON text these mean the same)."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


class File:
    """A file of ours that is written or read by descriptor, high up where handlers that close "all" seldom look."""

    next_descriptor = 220

    def __init__(self, path):
        self.path = path
        self.fd = self._open()
        try:
            high = os.dup2(self.fd, File.next_descriptor, inheritable=False)
            os.close(self.fd)
            self.fd = high
            File.next_descriptor += 1
        except OSError:  # a low limit of descriptors: the low one does it
            pass

    def _open(self):
        fd = _open(self.path, _FLAGS, 0o600)
        found = _fstat(fd)
        self.identity = (found.st_dev, found.st_ino)
        return fd

    def check(self):
        """The descriptor; opens the file again if the handler closed or replaced it."""
        try:
            found = _fstat(self.fd)
            if (found.st_dev, found.st_ino) == self.identity:
                return self.fd
        except OSError:
            pass
        self.fd = self._open()
        return self.fd

    def append(self, data):
        while data:
            data = data[_write(self.check(), data) :]


class Capture:
    """Descriptors 1 and 2, and sys.stdout and sys.stderr on them, unbuffered as Lambda's are."""

    def __init__(self, prefix):
        self.files = [File(prefix + ".stdout"), File(prefix + ".stderr")]
        for target, name in ((1, "stdout"), (2, "stderr")):
            old = getattr(sys, name)
            if old is not None:
                old.flush()
            os.dup2(self.files[target - 1].fd, target)
            raw = open(target, "wb", 0, closefd=False)  # noqa: SIM115  it lives as long as the process
            raw.name = f"<{name}>"
            stream = io.TextIOWrapper(
                raw,
                encoding="utf-8",
                errors="strict" if target == 1 else "backslashreplace",
                newline="\n",
                write_through=True,
            )
            stream.mode = "w"
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)

    def clear(self):
        for file in self.files:
            _ftruncate(file.check(), 0)

    def read(self):
        """What was written since clear(): (stdout, stderr)."""
        for stream in (sys.stdout, sys.stderr):  # they may be the handler's own
            try:
                stream.flush()
            except Exception:
                pass
        return tuple(self._text(file.check()) for file in self.files)

    @staticmethod
    def _text(fd):
        size, kept = _fstat(fd).st_size, b""
        while len(kept) < min(size, MAX_OUTPUT):
            part = _pread(fd, MAX_OUTPUT - len(kept), len(kept))
            if not part:
                break
            kept += part
        text = kept.decode("utf-8", "backslashreplace")
        return text if size <= MAX_OUTPUT else f"{text}\n[{size - MAX_OUTPUT} more bytes]"


class ResultEncoder(json.JSONEncoder):
    """Lambda's encoder: decimals are numbers, nested bytes are text, NaN is allowed; from 3.12 non-ASCII stays."""

    MARK = re.compile('"faaslight-decimal-9f2c51d7-([0-9]+)"')  # stands for a decimal until the text is whole

    def __init__(self):
        super().__init__(ensure_ascii=sys.version_info < (3, 12))
        self.decimals = []

    def encode(self, value):
        self.decimals = []
        text = super().encode(value)
        return self.MARK.sub(lambda match: self.decimals[int(match[1])], text) if self.decimals else text

    def default(self, o):
        if isinstance(o, decimal.Decimal):
            if o.is_nan():
                return math.nan
            self.decimals.append(str(o))
            return f"faaslight-decimal-9f2c51d7-{len(self.decimals) - 1}"
        if isinstance(o, (bytes, bytearray)):
            return o.decode("utf-8")
        return super().default(o)


class CognitoIdentity:
    __slots__ = ["cognito_identity_id", "cognito_identity_pool_id"]

    def __init__(self):
        self.cognito_identity_id = self.cognito_identity_pool_id = None

    def __repr__(self):
        return "CognitoIdentity([cognito_identity_id=None,cognito_identity_pool_id=None])"


class LambdaContext:
    """The handler's second argument, with the fields of Lambda's; the request id depends on the event's number only."""

    def __init__(self, index, timeout):
        env = os.environ
        self.aws_request_id = f"00000000-0000-4000-8000-{index + 1:012d}"
        self.log_group_name = env.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = env.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = env.get("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = env.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = env.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = "arn:aws:lambda:{}:123456789012:function:{}".format(
            env.get("AWS_REGION", "us-east-1"), self.function_name
        )
        self.tenant_id = None
        self.client_context = None
        self.identity = CognitoIdentity()
        self._epoch_deadline_time_in_ms = int(_time() * 1000) + int((timeout or 900) * 1000)

    def get_remaining_time_in_millis(self):
        return max(0, self._epoch_deadline_time_in_ms - int(_time() * 1000))

    def log(self, msg):
        sys.stdout.write(str(msg))

    def __repr__(self):
        names = (
            "aws_request_id",
            "log_group_name",
            "log_stream_name",
            "function_name",
            "memory_limit_in_mb",
            "function_version",
            "invoked_function_arn",
            "client_context",
            "identity",
            "tenant_id",
        )
        return "LambdaContext([{}])".format(",".join(f"{name}={getattr(self, name)}" for name in names))


class LogHandler(logging.Handler):
    """Lambda's handler on the root logger (so logging.basicConfig does nothing there). Its lines carry the time and
    the request id; the time is fixed here, or no two runs would print the same."""

    request_id = ""

    def __init__(self):
        super().__init__()
        self.setFormatter(
            logging.Formatter("[%(levelname)s]\t1970-01-01T00:00:00.000Z\t%(aws_request_id)s\t%(message)s\n")
        )
        logging.Formatter.converter = time.gmtime

    def emit(self, record):
        record.aws_request_id = LogHandler.request_id
        sys.stdout.write(self.format(record))


class EventTrigger:
    """Lambda's way: handler(event, context)."""

    def __init__(self, timeout):
        self.timeout = timeout
        self.encoder = ResultEncoder()
        os.environ.setdefault("AWS_EXECUTION_ENV", f"AWS_Lambda_python{MINOR}")
        logging.getLogger().addHandler(LogHandler())

    def load(self, get_handler):
        self.handler = get_handler()

    def prepare(self, index, text):
        context = LambdaContext(index, self.timeout)
        LogHandler.request_id = context.aws_request_id
        os.environ["_X_AMZN_TRACE_ID"] = f"Root=1-00000000-{index + 1:024x};Parent={index + 1:016x};Sampled=0"
        try:
            return _decode(text), context
        except (ValueError, RecursionError) as error:
            raise Fault("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}") from None

    def call(self, prepared):
        return self.handler(*prepared)

    def marshal(self, result):
        if isinstance(result, bytes):  # answered as it is, not as JSON
            raise TypeError("bytes are not JSON")
        return self.encoder.encode(result)


class HttpTrigger:
    """The Functions Framework's way: the event becomes a request to a Flask application whose only view is the
    handler. Flask is the application's own, loaded before the handler's module and so no cost of the handler."""

    def __init__(self, handler):
        try:
            import flask
            import werkzeug.routing
        except ImportError as error:
            raise Fault(
                "Runtime.ImportModuleError",
                "an http trigger needs Flask among the application's packages, "
                f"and importing it failed: {error}; add flask to them or use --trigger event",
            ) from error
        self.flask, self.rule = flask, werkzeug.routing.Rule
        self.target = handler.rpartition(".")[2]

    def load(self, get_handler):
        flask = self.flask
        app = self.app = flask.Flask(self.target, template_folder=os.path.join(os.getcwd(), "templates"))
        app.config["PROPAGATE_EXCEPTIONS"] = True  # what the handler raises is an outcome, not an error page
        with app.app_context():
            handler = get_handler()

        def run(path):
            return handler(flask.request._get_current_object())

        for path, endpoint in (
            ("/", "run"),
            ("/robots.txt", "error"),
            ("/favicon.ico", "error"),
            ("/<path:path>", "run"),
        ):
            app.url_map.add(self.rule(path, endpoint=endpoint, defaults={"path": ""} if path == "/" else None))
        app.view_functions["run"] = run
        app.view_functions["error"] = lambda: flask.abort(404, description="Not Found")

    def prepare(self, index, text):
        try:
            event = _decode(text)
            return build_environ(event)
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise Fault(
                "Runtime.UnmarshalError",
                "the event is no http request (method, path, headers, query, body, " f"base64): {error}",
            ) from None

    def call(self, environ):
        answer = {}

        def start_response(status, headers, exc_info=None):
            answer["status"] = int(status.split(None, 1)[0])
            answer["headers"] = headers
            return parts.append

        parts = []
        body = self.app.wsgi_app(environ, start_response)
        try:
            parts.extend(body)  # a streamed body runs the handler's code here
        finally:
            if hasattr(body, "close"):
                body.close()
        return answer, b"".join(parts)

    def marshal(self, result):
        answer, body = result
        headers = sorted([name, value] for name, value in answer["headers"] if name.lower() != "date")
        out = {"status": answer["status"], "headers": headers}
        try:
            out["body"] = body.decode("utf-8")
        except UnicodeDecodeError:
            out["body"], out["base64"] = base64.b64encode(body).decode("ascii"), True
        return _encode_record(out)


def build_environ(event):
    """The WSGI environment of {"method", "path", "headers", "query", "body", "base64"}; all of them optional. Made by
    hand: werkzeug's test helpers would load modules that the application does not have in the cloud."""
    if not isinstance(event, dict):
        raise TypeError("it is not an object")
    headers = [
        (str(name), ", ".join(map(str, value)) if isinstance(value, list) else str(value))
        for name, value in (event.get("headers") or {}).items()
    ]
    names = {name.lower() for name, _ in headers}
    body = event.get("body")
    if body is None:
        body = b""
    elif isinstance(body, str):
        body = _b64decode(body, validate=True) if event.get("base64") else body.encode("utf-8", "surrogatepass")
    else:
        body = _encode_record(body).encode("ascii")
        if "content-type" not in names:
            headers.append(("Content-Type", "application/json"))
    path, _, query = str(event.get("path") or "/").partition("?")
    given = event.get("query")
    if isinstance(given, dict):
        given = _urlencode(given, doseq=True)
    query = "&".join(part for part in (query, given or "") if part)
    environ = {
        "REQUEST_METHOD": str(event.get("method") or ("POST" if body else "GET")).upper(),
        "SCRIPT_NAME": "",
        "PATH_INFO": _unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "REQUEST_URI": path + ("?" + query if query else ""),
        "RAW_URI": path + ("?" + query if query else ""),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8080",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost:8080",
        "REMOTE_ADDR": "127.0.0.1",
        "REMOTE_PORT": "50000",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    for name, value in headers:
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = "HTTP_" + key
        environ[key] = value
    return environ


class Records:
    """The JSON lines, and the tracer's hooks where there is a tracer."""

    HOOKS = ("begin_init", "end_init", "begin_event", "end_event", "outcome", "finish")

    def __init__(self, path):
        self.file = File(path)
        self.process = _getpid()
        try:
            import _faaslight_tracer as tracer
        except ImportError:
            tracer = None
        self.traced = tracer is not None
        for name in self.HOOKS:
            setattr(self, name, getattr(tracer, name) if tracer else lambda *arguments: None)

    def write(self, record):
        if _getpid() != self.process:  # a child that the handler forked came back through our frames
            _exit(0)
        text = _encode_record(record)
        self.file.append(text.encode("ascii") + b"\n")
        return text


def describe(error):
    """The qualified type and the message of what was raised."""
    kind = type(error)
    try:
        message = str(error)
    except Exception as second:
        message = f"<str() of it raised {type(second).__name__}>"
    name = error.kind if kind is Fault else f"{kind.__module__}.{kind.__qualname__}"
    return {"returned": False, "exception_type": clean(str(name)), "exception_message": clean(message[:MAX_REPR])}


def shown(value):
    """repr() of a result that is not JSON."""
    try:
        return clean(repr(value)[:MAX_REPR])
    except Exception as error:
        return f"<repr() of it raised {type(error).__name__}>"


def get_handler(handler):
    """Lambda's rule: split at the last dot, '/' is '.', importlib.import_module."""
    module_name, dot, function_name = handler.rpartition(".")
    if not dot:
        raise Fault("Runtime.MalformedHandlerName", f"Bad handler '{handler}': it has no dot")
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise Fault("Runtime.BuiltInModuleConflict", f"Cannot use built-in module {module_name} as a handler module")
    module = importlib.import_module(module_name.replace("/", "."))
    try:
        return getattr(module, function_name)
    except AttributeError:
        raise Fault("Runtime.HandlerNotFound", f"Handler '{function_name}' missing on module '{module_name}'") from None


def lay_path(app, layers):
    """sys.path as Lambda has it: task root, layers, standard library; no folder of ours, no site-packages."""
    stdlib = os.path.dirname(os.__file__)
    archive = f"python{MINOR}.zip".replace(".", "", 1)
    kept = [entry for entry in sys.path if entry == stdlib or os.path.basename(entry) in (archive, "lib-dynload")]
    above = []
    for layer in layers:
        inner = os.path.join(layer, "python")
        versioned = os.path.join(inner, "lib", f"python{MINOR}", "site-packages")
        above += [folder for folder in (versioned, inner, layer) if os.path.isdir(folder)]
    sys.path[:] = [app] + above + kept


def add_site_names():
    """exit, quit, help, … exist on Lambda; they come from site, whose other work (-S) we do not want."""
    import site

    site.setquit()
    site.setcopyright()
    site.sethelper()


def initialise(request, records, capture):
    """Imports the handler's module. Returns (trigger or None, milliseconds)."""
    fault = trigger = None
    records.write({"kind": "begin", "event": NO_EVENT})
    try:
        if request.get("trigger") == "http":
            trigger = HttpTrigger(request["handler"])
        else:
            trigger = EventTrigger(request.get("timeout_s"))
    except BaseException as error:
        fault = describe(error)
    start = _perf_counter()
    if not fault:
        records.begin_init()
        start = _perf_counter()
        try:
            trigger.load(lambda: get_handler(request["handler"]))
        except BaseException as error:
            fault = describe(error)
    seconds = _perf_counter() - start
    if not fault:
        records.end_init()
        records.write({"kind": "init", "import_ms": seconds * 1000})
        return trigger, seconds * 1000
    stdout, stderr = capture.read()
    fault.update(
        kind="outcome", event=0, during_init=True, stdout=stdout, stderr=stderr, duration_us=int(seconds * 1e6)
    )
    records.outcome(0, True, records.write(fault))
    return None, seconds * 1000


class Loads:
    """What was loaded since the last look: functions, by a rewritten package on their first use, and modules."""

    def __init__(self):
        self.functions, self.modules = 0, frozenset()
        self.look()

    def look(self):
        runtime = sys.modules.get("_faaslight")
        functions = sum(entry[0] == "function" for entry in runtime.loaded()) if runtime else 0
        modules = frozenset(sys.modules)
        new = {
            "functions": functions - self.functions,
            "modules": [clean(str(name)) for name in modules - self.modules],
        }
        self.functions, self.modules = functions, modules
        return new


def run_event(index, text, trigger, records):
    """One call: its record without what it printed, and its milliseconds."""
    try:
        prepared = trigger.prepare(index, text)
    except Fault as error:
        return describe(error), 0.0
    result = None
    not_json = False
    records.begin_event(index)
    start = _perf_counter()
    try:
        result = trigger.call(prepared)
        seconds = _perf_counter() - start
        try:
            record = {"returned": True, "result_is_json": True, "result_json": clean(trigger.marshal(result))}
        except Exception:
            not_json = True
    except BaseException as error:
        seconds = _perf_counter() - start
        record = describe(error)
    records.end_event(index)
    if not_json:  # outside of the event: the cloud would not have called repr()
        record = {"returned": True, "result_is_json": False, "result_json": shown(result)}
    return record, seconds * 1000


def peak_memory():
    """Peak RSS in KiB of this program alone (getrusage counts what our parent had before exec)."""
    try:
        with open("/proc/self/status", "rb") as file:
            return next((int(line.split()[1]) for line in file if line.startswith(b"VmHWM:")), 0)
    except OSError:
        return 0


def run(request):
    """Everything: the import, the events, the record of the end."""
    lay_path(request["app"], request.get("layers", ()))
    sys.argv = ["/var/runtime/bootstrap.py"]
    os.chdir(request["app"])
    add_site_names()
    records = Records(request["outcomes"])
    capture = Capture(request["outcomes"])
    trigger, import_ms = initialise(request, records, capture)
    milliseconds = []
    loads = Loads()
    for index, event in enumerate(request["events"] if trigger else ()):
        if index:  # what the import printed is part of the first event's output
            capture.clear()
        records.write({"kind": "begin", "event": index})
        record, spent = run_event(index, event["json"], trigger, records)
        milliseconds.append(spent)
        stdout, stderr = capture.read()
        record.update(
            kind="outcome", event=index, during_init=False, stdout=stdout, stderr=stderr, duration_us=int(spent * 1000)
        )
        record["loads"] = loads.look()
        records.outcome(index, False, records.write(record))
    records.write(
        {
            "kind": "end",
            "complete": trigger is not None,
            "import_ms": import_ms,
            "event_ms": milliseconds,
            "max_rss_kb": 0 if records.traced else peak_memory(),
            "modules": sorted(clean(str(name)) for name in list(sys.modules)),
        }
    )
    records.finish()


def main():
    if len(sys.argv) > 1:
        with open(sys.argv[1], "rb") as file:
            text = file.read()
    else:
        text = sys.stdin.buffer.read()
    run(_decode(text.decode("utf-8")))


if __name__ == "__main__":
    main()
    # The cloud freezes or kills the process: no exit handlers run there, and no thread is waited for.
    if "_faaslight_tracer" not in sys.modules:
        os._exit(0)
