# imbytes tests: example programs, and the real servers and clients that they
# work with, started on free loopback ports and stopped again.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import atexit
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'fidelity'))
import report

BUILD = os.environ.get('IMBYTES_EXAMPLES', '')
MEDIA = os.environ.get('IMBYTES_MEDIA', '')
# Sanitizers make everything several times slower.
PATIENCE = float(os.environ.get('IMBYTES_PATIENCE', '1'))
# What is waited for comes, however busy the machine is, or hangs.
GUARD = 180 * PATIENCE

_folder = tempfile.mkdtemp(prefix='imbytes-test-')
_processes = []


def folder(name=''):
    """A folder of this run's own, removed at its end."""
    path = os.path.join(_folder, name)
    os.makedirs(path, exist_ok=True)
    return path


def _clean_up():
    for process in _processes:
        stop(process)
    shutil.rmtree(_folder, ignore_errors=True)


atexit.register(_clean_up)
# Meson ends a test that takes too long with SIGTERM.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


def program(name):
    """The path of an example, or the end of the script, skipped."""
    path = os.path.join(BUILD, name)
    if not os.access(path, os.X_OK):
        report.skip(name, 'was not built; a library it needs is missing')
        report.finish()
    return path


def need_programs(*names):
    """Ends the script, skipped, where a server or client is not installed."""
    for name in names:
        if shutil.which(name) is None and not os.access('/usr/sbin/' + name, os.X_OK):
            report.skip(os.path.basename(sys.argv[0]), 'no %s here' % name)
            report.finish()


def clip(name='car-detection.mp4'):
    """A real clip, or None where there is none."""
    path = os.path.join(MEDIA, name)
    return path if os.path.exists(path) else None


def make_clip(name, frames):
    """A clip of so many frames of a test pattern, 30 in a second."""
    path = os.path.join(folder('clips'), name)
    subprocess.run(['gst-launch-1.0', '-q', 'videotestsrc', 'num-buffers=%d' % frames, '!',
                    'jpegenc', '!', 'avimux', '!', 'filesink', 'location=' + path], check=True)
    return path


def certificate(name):
    """For 127.0.0.1, signed by itself: its file, and the key's."""
    paths = tuple(os.path.join(folder(), name + end) for end in ('.pem', '.key'))
    if not os.path.exists(paths[0]):
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2',
                        '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1',
                        '-out', paths[0], '-keyout', paths[1]], check=True, capture_output=True)
        # A server may be another user.
        os.chmod(paths[1], 0o644)
        os.chmod(folder(), 0o755)
    return paths


def free_port():
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        return listener.getsockname()[1]


def start(arguments, name=None, env=None, **options):
    """A process in a group of its own; what it says goes to log(process)."""
    name = name or os.path.basename(arguments[0])
    path = os.path.join(folder('logs'), '%d-%s.log' % (len(_processes), name))
    with open(path, 'wb') as out:
        process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL,
                                   stdout=out, stderr=subprocess.STDOUT,
                                   start_new_session=True, env=env, **options)
    process.log_path, process.began = path, time.monotonic()
    process.buffers_path = (env or {}).get('GST_DEBUG_FILE')
    _processes.append(process)
    return process


def log(process):
    with open(process.log_path, errors='replace') as file:
        return file.read()


def stop(process, how=signal.SIGTERM):
    """Its exit status; None where it had to be killed."""
    if process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(GUARD)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return None
    return process.returncode


def run(arguments, **options):
    """As subprocess.run() does, with what it says as text."""
    return subprocess.run(list(map(str, arguments)), capture_output=True, text=True,
                          timeout=GUARD, **options)


def wait_until(condition, process=None, seconds=None):
    """What condition() gives once it is true; else what it gave last, when it hangs.
    Ends early where @process does."""
    end = time.monotonic() + (seconds or GUARD)
    while True:
        result = condition()
        if result or time.monotonic() > end:
            return result
        if process is not None and process.poll() is not None:
            return condition()
        time.sleep(0.02)


def listens(port, host='127.0.0.1'):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def wait_for_port(port, process):
    if not wait_until(lambda: listens(port), process):
        raise RuntimeError('%s does not listen on port %d:\n%s'
                           % (process.args[0], port, log(process)))


def counting_buffers(environment=None):
    """An environment in which a program says which GstBuffers it holds, whoever of it
    does, when it is asked: its own measure of memory, which neither a busy machine nor
    an allocator disturbs."""
    path = os.path.join(folder('buffers'), '%d.log' % len(os.listdir(folder('buffers'))))
    open(path, 'w').close()
    return dict(environment or os.environ, GST_TRACERS='leaks(filters="GstBuffer")',
                GST_LEAKS_TRACER_SIG='1', GST_DEBUG='GST_TRACER:7', GST_DEBUG_FILE=path,
                GST_DEBUG_NO_COLOR='1')


def buffers(process, path=None):
    """How many it holds, and their bytes, where it was started so; None where this
    GStreamer cannot count them."""
    path = path or process.buffers_path
    with open(path, errors='replace') as file:
        said = file.read()
        # Where nobody listens, the signal would end it.
        if 'object-alive' not in said:
            return None
        process.send_signal(signal.SIGUSR1)
        text, lines = '', []
        # All of them are said at once; none is said where there are none.
        end = time.monotonic() + GUARD
        quiet = 0
        while quiet < 20 and time.monotonic() < end:
            time.sleep(0.02)
            more = file.read()
            quiet = quiet + 1 if text and not more else 0
            text += more
        lines = re.findall(r'object-alive, type-name=\(string\)GstBuffer.* size (\d+)', text)
    return len(lines), sum(map(int, lines))


def check_numbers(command, numbers, statuses=(2,)):
    """Each option takes its least and its most, and refuses whatever is not between
    them, with a sentence that has the option, the number and the range. The program
    ends there: what follows on @command is an error, too."""
    for option, (least, most, whole) in numbers.items():
        bad = ['-1' if least == 0 else '0', '%d' % (most + 1), '9' * 30, 'nan', '12x',
               '0x10' if whole else '1e999']
        wrong = []
        for text in bad:
            done = run([*command, option, text])
            held = done.returncode in statuses and option in done.stderr \
                and ("'%s'" % text[:40]) in done.stderr and ' %.10g' % least in done.stderr \
                and ' %.10g' % most in done.stderr and 'CRITICAL' not in done.stderr
            wrong += [] if held else [(text, done.returncode, done.stderr[-200:])]
        for text in ('%.10g' % least, '%.10g' % most):
            done = run([*command, option, text])
            if option + ' goes' in done.stderr:
                wrong.append((text, done.stderr[-200:]))
        report.check('%s refuses what it does not take' % ' '.join(
            [os.path.basename(word) for word in command[:2]] + [option]), not wrong, str(wrong))
