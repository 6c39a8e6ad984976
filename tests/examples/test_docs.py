#!/usr/bin/python3
# imbytes tests: every block of code in README.md, CONTRIBUTING.md and docs/ runs.
#
# A block is what stands indented by four spaces, or between fences. Cameras are replaced
# by a test pattern, films and photographs by made ones, ports by free ones, servers by
# our own; examples/run starts the program that was built. A pipeline that never ends is
# stopped after it has run a while. What cannot run is in NOT_RUN, with the reason.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import glob
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time

import harness
from harness import report

if 'IMBYTES_SANITIZED' in os.environ:
    report.skip('docs', 'one run of the documents is enough')
    report.finish()
report.need('gi', 'numpy', 'PIL', 'cv2')
harness.need_programs('gst-launch-1.0', 'cc')

from PIL import Image

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..'))
# Seconds that a pipeline without an end plays.
WHILE = 3

# (document, what the block or line begins with or has in it): why it does not run here.
NOT_RUN = {
    ('README.md', 'examples/run film.mp4'): 'builds the project anew; .ci/run does that',
    ('README.md', 'tests/run'): 'it is what runs this',
    ('README.md', 'meson setup build/release'): '.ci/run runs these lines',
    ('README.md', 'sudo meson install'): '.ci/run runs these lines',
    ('README.md', 'docs/packaging/make'): 'tests/packages runs it',
    ('README.md', 'sudo apt install'): 'tests/packages installs them into empty systems',
    ('CONTRIBUTING.md', 'tests/run'): 'it is what runs this',
    ('CONTRIBUTING.md', 'meson devenv'): 'a shell for a person',
    ('docs/farm.md', '12 of 40 files'): 'what the program prints',
    ('docs/farm.md', '/videos/*.mp4'): 'example-farm runs it',
    ('docs/farm.md', 'street.mp4'): 'what the program writes',
    ('docs/farm.md', 'dask'): 'tests/run long engines runs them',
    ('docs/farm.md', '/shared/*.mp4'): 'tests/run long engines runs it',
    ('docs/farm.md', 'kubectl'): 'needs a cluster',
    ('docs/viewer.md', 'server {'): 'example-viewer_proxy runs it, with nginx',
    ('docs/upload.md', 'server/'): 'example-upload runs it, with a server that takes PUT',
    ('docs/upload.md', 'sign-urls'): "stands for the reader's own program",
    ('docs/upload.md', '13 uploaded'): 'what the program prints',
    ('docs/rtsp.md', 'imbytes format=jpeg'): 'a part of a pipeline',
    ('docs/guide.md', 'v4l2h264enc'): 'needs the camera and the coder of a small computer',
    ('docs/guide.md', '... !'): 'a part of a pipeline',
    ('docs/guide.md', 'filesrc location=test.jpg'): 'a part of a program',
    ('docs/guide.md', 'GST_DEBUG=imbytes:5 gst-launch-1.0 ...'): 'a part of a command',
}
# How a block of commands begins.
SHELL = (r'(gst-launch-1\.0|gst-inspect-1\.0|examples/run|tests/run|docs/\S+|meson|sudo|apt\S*|'
         r'curl|kubectl|podman|docker|imbytes-\w+|\w+=\S+)\s')
# Where a client, server or element may be missing: the line is skipped without it.
NEEDS = {'ffplay': 'ffplay', 'ffmpeg': 'ffmpeg', 'curl': 'curl', 'mosquitto_sub': 'mosquitto_sub',
         'exiftool': 'exiftool'}


def blocks_of(document):
    """(kind, text) of each: kind is the word behind the fence, or indented."""
    with open(os.path.join(ROOT, document)) as file:
        lines = file.read().split('\n')
    found, fence, text, blank = [], None, [], True
    for line in lines + ['']:
        if fence is not None:
            if line.startswith('```'):
                found.append((fence, '\n'.join(text)))
                fence, text = None, []
            else:
                text.append(line)
        elif line.startswith('```'):
            fence, text = line[3:].strip(), []
        elif line.startswith('    ') and (blank or text):
            text.append(line[4:])
        else:
            if text:
                found.append(('indented', '\n'.join(text)))
                text = []
            blank = not line.strip()
    return found


def commands_of(text):
    """The commands of a block of shell, each with its continued lines."""
    commands, open_ones = [], ''
    for line in text.split('\n'):
        open_ones += line
        if line.endswith('\\'):
            open_ones = open_ones[:-1]
            continue
        try:
            shlex.split(open_ones, comments=True)
            whole = open_ones.count('$(') <= open_ones.count(')')
        except ValueError:
            whole = False
        if whole:
            commands.append(open_ones.strip())
            open_ones = ''
        else:
            open_ones += '\n'
    assert not open_ones.strip(), 'the command does not end: ' + open_ones
    return [command for command in commands if command and not command.startswith('#')]


_used = set()


def not_run(document, text):
    for (name, words), why in NOT_RUN.items():
        if name == document and words in text:
            _used.add((name, words))
            return why
    return None


class Place:
    """A folder with a film, a photograph and an examples/run, and servers."""

    def __init__(self):
        self.folder = harness.folder('docs')
        self.environment = dict(
            os.environ, PYTHONPATH=os.path.join(ROOT, 'examples', 'grab'),
            PATH=os.environ['PATH'] + ':/usr/sbin', SDL_VIDEODRIVER='dummy',
            SDL_AUDIODRIVER='dummy', OPENCV_LOG_LEVEL='ERROR')
        self.ports, self.servers = {}, []
        for name in ('film.mp4', 'phone.mp4'):
            harness.run(['gst-launch-1.0', '-q', 'videotestsrc', 'num-buffers=45', '!', 'jpegenc',
                         '!', 'qtmux', '!', 'filesink', 'location=' + self.path(name)], check=True)
        for name in ('photo.jpg', 'test.jpg'):
            Image.effect_noise((1920, 1080), 60).convert('RGB').save(self.path(name))
        os.makedirs(self.path('examples'), exist_ok=True)
        with open(self.path('examples/run'), 'w') as script:
            script.write('#!/bin/sh\nname=$1\nshift\n[ "$name" != grab.py ] || exec %s %s "$@"\n'
                         'exec "%s/$name/imbytes-$name" "$@"\n' % (
                             sys.executable, os.path.join(ROOT, 'examples/grab/grab.py'),
                             harness.BUILD))
        os.chmod(self.path('examples/run'), 0o755)

    def path(self, name):
        return os.path.join(self.folder, name)

    def port(self, documented):
        if documented not in self.ports:
            self.ports[documented] = str(harness.free_port())
        return self.ports[documented]

    def start_servers(self):
        """What the documents take to be there: a broker, a camera that speaks RTSP, and
        the viewer where a page is fetched from it."""
        settings = self.path('broker.conf')
        with open(settings, 'w') as file:
            file.write('listener %s 127.0.0.1\nallow_anonymous true\n' % self.port('1883'))
        wanted = {'1883': ['mosquitto', '-c', settings],
                  '8555': [os.path.join(harness.BUILD, 'rtsp', 'imbytes-rtsp'), 'test',
                           '--port', self.port('8555'), '--path', '/stream'],
                  '8081': [os.path.join(harness.BUILD, 'viewer', 'imbytes-viewer'),
                           '--port', self.port('8081')]}
        for documented, arguments in wanted.items():
            if shutil.which(arguments[0], path=self.environment['PATH']) is None:
                continue
            process = harness.start(arguments, env=self.environment)
            harness.wait_for_port(int(self.port(documented)), process)
            self.servers.append(documented)

    def adapt(self, text, document):
        """@text with what is not here replaced by what is."""
        text = text.replace('v4l2src io-mode=dmabuf', 'v4l2src') \
            .replace('v4l2h264enc', 'avenc_mpeg4').replace('h264parse', 'mpeg4videoparse')
        text = text.replace('v4l2src', 'videotestsrc is-live=true') \
            .replace('autovideosink', 'fakesink') \
            .replace('rtsp://camera/stream', 'rtsp://127.0.0.1:%s/stream' % self.port('8555')) \
        # Without a source the viewer has a test pattern of its own.
        text = re.sub(r'(examples/run viewer .*?) ?/dev/video0', r'\1', text) \
            .replace('examples/run viewer /dev/video0', 'examples/run viewer') \
            .replace('/dev/video0', 'test')
        if document == 'docs/viewer.md' and 'examples/run' not in text:
            text = text.replace('127.0.0.1:8080', '127.0.0.1:' + self.port('8081'))
        for documented in ('8080', '8554', '5000', '5004'):
            text = re.sub(r'(port=|127\.0\.0\.1:)%s\b' % documented,
                          lambda match: match[1] + self.port(documented), text)
        for name, port in (('viewer', '8080'), ('rtsp', '8554'), ('mqtt', '1883')):
            text = re.sub(r'examples/run %s\b' % name,
                          'examples/run %s --port %s' % (name, self.port(port)), text)
        text = re.sub(r'\bmosquitto_sub\b', 'mosquitto_sub -p ' + self.port('1883'), text)
        text = re.sub(r'\bffplay\b', 'ffplay -loglevel error', text)
        # A part of a second of what goes on for ever.
        return text.replace('examples/run grab test', 'examples/run grab test --count 2') \
            .replace('grab.py rtsp', 'grab.py --count 2 rtsp').replace('-t 10', '-t 1')


def endless(command):
    if re.search(r'num-buffers=|snapshot=true|--count', command):
        return False
    return bool(re.search(r'is-live=true|udpsrc|souphttpsrc|rtspsrc|ffplay|'
                          r'examples/run (viewer|rtsp|mqtt)\b', command))


# What a line has in it: the server that it speaks to, as Place numbers them.
SERVED = {'rtsp://camera': '8555', 'rtsp://127.0.0.1': '8555', 'mosquitto_sub': '1883',
          'examples/run mqtt': '1883', '/snapshot.jpg': '8081', '/stream.mjpg': '8081'}


def missing(command, place):
    for words, server in SERVED.items():
        if words in command and server not in place.servers:
            return 'its server is not here'
    for word, program in NEEDS.items():
        if re.search(r'\b%s\b' % word, command) and shutil.which(program) is None:
            return 'no %s here' % program
    program = re.search(r'examples/run (\w+)', command)
    if program and program[1] != 'grab' and not os.access(os.path.join(
            harness.BUILD, program[1], 'imbytes-' + program[1]), os.X_OK):
        return 'imbytes-%s was not built' % program[1]
    return None


def complaints(process):
    return [line for line in harness.log(process).splitlines()
            if re.search(r'CRITICAL|WARNING \*\*|WARNING: erroneous|^ERROR|Traceback|no element',
                         line)]


def run_shell(name, document, text, place):
    """The commands of one block, one after another; those without an end go on until
    the block does."""
    lines, wrong, running, ran = [], [], [], []
    for command in commands_of(text):
        why = not_run(document, command) or missing(command, place)
        if why:
            report.skip('%s: %s' % (name, command[:60]), why)
            continue
        ran.append(command)
        command = place.adapt(command, document)
        if re.match(r'\w+=\$?\(?[^ ]*', command) and not re.match(r'\w+=\S+ \S', command) \
                or command.startswith('header='):
            lines.append(command)
            continue
        # One server for each port, of several that a block names.
        for other in [each for each in running
                      if command.startswith('examples/run') and 'viewer' in command]:
            harness.stop(other, signal.SIGINT)
            running.remove(other)
        process = harness.start(['bash', '-c', '\n'.join([*lines, 'exec ' + command])],
                                name='docs', cwd=place.folder, env=place.environment)
        if endless(command):
            running.append(process)
            wrong += play(command, process, place)
        else:
            try:
                process.wait(harness.GUARD)
            except subprocess.TimeoutExpired:
                wrong.append('did not end: ' + command)
            if process.returncode != 0:
                wrong.append('status %s: %s: %s' % (
                    process.returncode, command, harness.log(process)[-400:]))
        wrong += complaints(process)
    for process in reversed(running):
        harness.stop(process, signal.SIGINT)
        # A client that is told to stop may say that its server no longer listens.
        wrong += [line for line in complaints(process) if 'ERROR' not in line]
    for command in ran:
        wrong += wrong_files(place, command)
    report.check(name, not wrong, '; '.join(wrong))


def play(command, process, place):
    """What is wrong with @process, which has no end, after a while."""
    wrong = []
    for port in re.findall(r'(?:examples/run .*--port|tcpserversink.* port=) ?(\d+)', command):
        if 'mqtt' not in command:
            harness.wait_for_port(int(port), process)
    for port in re.findall(r'tcpserversink.* port=(\d+)', command):
        if not harness.wait_until(lambda: serves_images(int(port)), process):
            wrong.append('nothing is served: ' + command)
    harness.wait_until(lambda: not missing_files(place, command), process)
    time.sleep(WHILE)
    if process.poll() is not None:
        wrong.append('ended: %s: %s' % (command, harness.log(process)[-400:]))
    return wrong


def serves_images(port):
    done = harness.run(['curl', '-s', '-m', '2', '--http0.9', '--output', '-',
                        'http://127.0.0.1:%d/' % port], check=False, errors='replace')
    return '\ufffd\ufffd\ufffd' in done.stdout and 'image/jpeg' in done.stdout


def files_of(place, command):
    """What it says it writes: (name, paths) of each."""
    return [(written, glob.glob(place.path(re.sub(r'%0\dd', '*', written)))) for written in
            re.findall(r'(?:sink location=|> |-o |-c copy )(\S+\.\w+)', command)]


def missing_files(place, command):
    return [written for written, paths in files_of(place, command)
            if not any(os.path.getsize(path) for path in paths)]


def wrong_files(place, command):
    """What it says it writes is there, and an image is one."""
    wrong = ['%s was not written' % written for written in missing_files(place, command)]
    for written, paths in files_of(place, command):
        for path in paths:
            if path.endswith(('.jpg', '.png')):
                # The last of many may have been cut off, when the pipeline was stopped.
                if '%' not in written or path != max(paths):
                    Image.open(path).load()
            elif os.path.getsize(path) < 1000:
                wrong.append('%s has no video' % written)
    return wrong


def run_c(name, text, place):
    source, program = place.path('block.c'), place.path('block')
    if 'int\nmain' not in text:
        # Some lines of a program, with the variables that the text speaks of.
        text = ('#include <gst/gst.h>\nint\nmain (int argc, char **argv)\n{\n  GstElement *imbytes;\n'
                '  gst_init (&argc, &argv);\n  imbytes = gst_element_factory_make ("imbytes", NULL);\n'
                '  g_assert (imbytes != NULL);\n  {\n%s\n  }\n  return 0;\n}\n' % text)
    with open(source, 'w') as file:
        file.write(text.replace('v4l2src', 'videotestsrc num-buffers=5'))
    flags = harness.run(['pkg-config', '--cflags', '--libs', 'gstreamer-app-1.0']).stdout.split()
    done = harness.run(['cc', '-Wall', '-Wextra', '-Werror', '-Wno-unused-parameter', '-o', program,
                        source, *flags])
    if done.returncode == 0:
        done = harness.run([program], env=place.environment)
    images = done.stdout.count('bytes')
    report.check(name, done.returncode == 0 and not done.stderr
                 and (images == 5 or 'v4l2src' not in text), done.stdout + done.stderr)
    if 'v4l2src' in text:
        text = text.replace('v4l2src', 'filesrc location=nowhere.jpg ! jpegdec')
        with open(source, 'w') as file:
            file.write(text)
        harness.run(['cc', '-o', program, source, *flags], check=True)
        done = harness.run([program], env=place.environment)
        report.check('%s, without a camera' % name, done.returncode == 1
                     and 'not found' in done.stderr, done.stderr)


def run_python(name, text, place):
    before = ''
    if 'import' not in text:
        before = ('import gi\ngi.require_version("Gst", "1.0")\ngi.require_version("GstVideo", "1.0")\n'
                  'from gi.repository import Gst, GstVideo\nGst.init(None)\n'
                  'pixels, x, y, width, height = bytes(99), 1, 2, 3, 4\n')
    done = harness.run([sys.executable, '-c',
                        before + text.replace('v4l2src', 'videotestsrc num-buffers=5')],
                       cwd=place.folder, env=place.environment)
    report.check(name, done.returncode == 0 and not done.stderr
                 and (done.stdout.count('bytes') == 5 or 'v4l2src' not in text),
                 'status %d, %s%s' % (done.returncode, done.stderr, done.stdout))
    if 'v4l2src' in text:
        done = harness.run([sys.executable, '-c',
                            text.replace('v4l2src', 'filesrc location=nowhere.jpg ! jpegdec')],
                           cwd=place.folder, env=place.environment)
        report.check('%s, without a camera' % name, done.returncode == 1
                     and 'not found' in done.stderr, done.stderr)


def language_of(kind, text):
    """What a block is: a word behind its fence says so, or how it begins."""
    if kind != 'indented':
        return {'': 'text', 'sh': 'shell'}.get(kind, kind)
    if re.search(r';$', text, re.M):
        return 'c'
    if re.match(r'\w+ = |import |from ', text):
        return 'python'
    return 'shell' if re.match(SHELL, text) else 'part'


def run_block(name, document, kind, text, place):
    language = language_of(kind, text)
    if language == 'text':
        return
    why = not_run(document, text) if language != 'shell' else None
    if why:
        report.skip(name, why)
    elif language == 'c':
        run_c(name, text, place)
    elif language == 'python':
        run_python(name, text, place)
    elif language == 'shell':
        run_shell(name, document, text, place)
    else:
        report.fail(name, 'nobody knows how to run it, and NOT_RUN does not have it')


def test_documents():
    place = Place()
    place.start_servers()
    count = 0
    for document in documents():
        for number, (kind, text) in enumerate(blocks_of(document), 1):
            count += 1
            name = '%s, block %d (%s)' % (document, number, text.strip().split('\n')[0][:50])
            try:
                run_block(name, document, kind, text, place)
            except Exception as error:
                report.fail(name, '%s: %s' % (type(error).__name__, error))
    report.check('there are blocks of code', count > 40, str(count))
    unused = [key for key in NOT_RUN if key not in _used]
    report.check('what is not run is there', not unused, str(unused))


def documents():
    return ['README.md', 'CONTRIBUTING.md'] + sorted(
        os.path.relpath(path, ROOT) for path in glob.glob(os.path.join(ROOT, 'docs', '*.md')))


def test_section():
    """The lines in the element's own documentation."""
    with open(os.path.join(ROOT, 'gst', 'imbytes', 'gstimbytes.c')) as file:
        lines = re.findall(r'^ \* (gst-launch-1\.0 .*)', file.read(), re.M)
    place = Place()
    report.check('the element has examples', len(lines) >= 3)
    for line in lines:
        line = line.replace('file:///tmp/video.mp4', 'file://' + place.path('film.mp4'))
        run_shell('SECTION: ' + line[:60], 'gstimbytes.c', line, place)


report.run(test_documents, test_section)
