#!/usr/bin/env python3
"""imbytes: the man page of a program, made of what it says with --help.

    man.py PROGRAM VERSION > PROGRAM.1

So options that are added or changed are in the page without further work.

SPDX-License-Identifier: LGPL-2.1-or-later
"""
import os
import re
import subprocess
import sys

# Of each program: what it does, and its document.
PROGRAMS = {
    'imbytes-farm': ('makes images of many videos', 'farm.md'),
    'imbytes-grab': ('makes images of a video, a stream or a camera', 'grab.md'),
    'imbytes-mqtt': ("publishes a camera's images over MQTT", 'mqtt.md'),
    'imbytes-rtsp': ('serves a video as Motion JPEG over RTSP', 'rtsp.md'),
    'imbytes-upload': ('sends images of a video by HTTP PUT', 'upload.md'),
    'imbytes-viewer': ('shows a video in the browser', 'viewer.md'),
}


def escaped(text):
    """@text as roff has it: no character is a request or an escape, and a hyphen that is
    typed is one that can be copied."""
    text = text.replace('\\', '\\e').replace('-', '\\-').replace("'", '\\(aq')
    return re.sub(r'^\.', r'\\&.', text, flags=re.M)


def sections(said):
    """The usage, the text below it and the options of a GOption program."""
    usage = re.search(r'^Usage:\n\s+(\S+) (.*?)\n', said)
    text, _, options = said[usage.end():].partition('\nHelp Options:\n')
    found = []
    for line in options.split('\nApplication Options:\n')[1].split('\n'):
        option = re.match(r'  (?:(-\w), )?(--[\w-]+)(?:=(.*?))?(?:\s{2,}|$)(.*)', line)
        if option:
            found.append(option.groups())
    return usage[2], text.strip(), found


def page(program, version, said):
    arguments, text, options = sections(said)
    # GLib puts a summary behind the arguments, after a dash.
    arguments = re.sub(r' - .*', '', arguments).replace('…', '...')
    does, document = PROGRAMS[program]
    lines = ['.TH %s 1 "" "imbytes %s" "imbytes"' % (program.upper(), version),
             '.SH NAME', '%s \\- %s' % (escaped(program), escaped(does)),
             '.SH SYNOPSIS', '.B %s' % escaped(program), escaped(arguments),
             '.SH DESCRIPTION', escaped(program) + ' ' + escaped(does) + '.']
    for paragraph in text.split('\n\n'):
        # Lines that begin with blanks are a table.
        table = re.search(r'^  ', paragraph, re.M)
        lines += ['.PP'] + (['.nf'] if table else []) + [escaped(paragraph)] \
            + (['.fi'] if table else [])
    lines.append('.SH OPTIONS')
    for short, long, value, meaning in options:
        names = ['\\fB%s\\fR' % escaped(name) for name in (short, long) if name]
        lines += ['.TP', ', '.join(names) + ('=\\fI%s\\fR' % escaped(value) if value else ''),
                  escaped(meaning) + '.']
    lines += ['.TP', '\\fB\\-\\-help\\-gst\\fR', "Show GStreamer's own options.",
              '.SH EXIT STATUS', '0 if all went well, else another number; a sentence on',
              'standard error says why.',
              '.SH SEE ALSO', '.BR gst\\-inspect\\-1.0 (1),', '.BR gst\\-launch\\-1.0 (1)',
              '.PP', 'docs/%s of the sources has more.' % escaped(document)]
    return '\n'.join(line for line in lines if line) + '\n'


def main():
    program, version = sys.argv[1:]
    said = subprocess.run([program, '--help'], capture_output=True, text=True, check=True,
                          env=dict(os.environ, LC_ALL='C.UTF-8', LANGUAGE='C'))
    sys.stdout.write(page(os.path.basename(program), version, said.stdout))


if __name__ == '__main__':
    main()
