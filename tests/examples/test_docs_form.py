#!/usr/bin/python3
# imbytes tests: the form of the documents: tables, links, pictures, the version, and the
# documentation of the element in its sources.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import glob
import json
import os
import re
import sys

import harness
from harness import report

if 'IMBYTES_SANITIZED' in os.environ:
    report.skip('docs_form', 'one look at the documents is enough')
    report.finish()
report.need('gi', 'numpy', 'PIL')

from PIL import Image

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..'))


def documents():
    return ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'] + sorted(
        os.path.relpath(path, ROOT) for path in glob.glob(os.path.join(ROOT, 'docs', '*.md')))


def text_of(document):
    with open(os.path.join(ROOT, document)) as file:
        return re.sub(r'^```.*?^```', '', file.read(), flags=re.M | re.S)


def test_tables():
    """Each row has as many cells as the line below the first has."""
    wrong, rows = [], 0
    for document in documents():
        for table in re.findall(r'(?:^ {0,3}\|.*\n)+', text_of(document), re.M):
            lines = table.strip().split('\n')
            cells = [len(re.findall(r'(?<!\\)\|', line)) for line in lines]
            rows += len(lines)
            if len(set(cells)) != 1 or len(lines) < 3 or not re.match(r' *\|[-|: ]+\|$', lines[1]) \
                    or any(line.count('`') % 2 for line in lines):
                wrong.append('%s: %s' % (document, lines[0]))
    report.check('tables are whole', not wrong and rows > 100, str(wrong))


def anchors_of(document):
    """As GitHub makes them of headings."""
    return [re.sub(r'[^\w\- ]', '', heading.lower()).strip().replace(' ', '-')
            for heading in re.findall(r'^#+ (.*)$', text_of(document), re.M)]


def test_links():
    wrong, count = [], 0
    for document in documents():
        for target in re.findall(r'\]\(([^)\s]+)\)', text_of(document)):
            if '://' in target:
                continue
            count += 1
            path, _, anchor = target.partition('#')
            path = os.path.normpath(os.path.join(os.path.dirname(document), path)) \
                if path else document
            if not os.path.exists(os.path.join(ROOT, path)) \
                    or anchor and anchor not in anchors_of(path):
                wrong.append('%s: %s' % (document, target))
    report.check('links lead somewhere', not wrong and count > 60, str(wrong))


def test_pictures():
    """Those of docs/pictures.py are what it draws."""
    import numpy
    folder = harness.folder('pictures')
    done = harness.run([sys.executable, os.path.join(ROOT, 'docs', 'pictures.py'), folder])
    names = sorted(os.listdir(folder))
    report.check('pictures are drawn', done.returncode == 0
                 and names == ['fits.png', 'methods.png', 'quality.png'], done.stderr)
    for name in names:
        kept, drawn = (numpy.asarray(Image.open(os.path.join(place, name)).convert('RGB'), float)
                       for place in (os.path.join(ROOT, 'docs'), folder))
        # Fonts and palettes differ between versions of Pillow.
        report.check('%s is up to date' % name, kept.shape == drawn.shape
                     and numpy.abs(kept - drawn).mean() < 3)
        report.check('%s is small' % name,
                     os.path.getsize(os.path.join(ROOT, 'docs', name)) < 100000)


def test_element():
    """GStreamer's own form of documentation: a block for the element, the plugin, each
    property and each signal, with the version that brought it."""
    import gi
    gi.require_version('Gst', '1.0')
    from gi.repository import GObject, Gst
    Gst.init(None)
    source = ''
    for path in sorted(glob.glob(os.path.join(ROOT, 'gst', 'imbytes', '*.[ch]'))):
        with open(path) as file:
            source += file.read()
    blocks = re.findall(r'/\*\*\n(.*?)\*/', source, re.S)
    named = {}
    for block in blocks:
        lines = [re.sub(r'^\s*\* ?', '', line) for line in block.split('\n')]
        named[lines[0].rstrip(':')] = '\n'.join(lines[1:])
    element = Gst.ElementFactory.make('imbytes')
    own = ['GstImBytes:' + each.name for each in GObject.list_properties(element)
           if each.owner_type == element.__gtype__]
    own += ['SECTION:element-imbytes', 'SECTION:plugin-imbytes']
    own += ['GstImBytes::' + name for name in GObject.signal_list_names(element.__gtype__)]
    missing = [name for name in own if 'Since: ' not in named.get(name, '')]
    report.check('each property and signal has its block', not missing and len(own) > 25,
                 str(missing))
    stale = [name for name in named if name.startswith('GstImBytes:') and name not in own
             and element.find_property(name.split(':')[1]) is None]
    report.check('no block is of something else', not stale, str(stale))
    referred = set(re.findall(r'#(GstImBytes::?[\w-]+)', ''.join(blocks)))
    report.check('what blocks refer to is there', not referred - set(named),
                 str(referred - set(named)))
    plugin = Gst.Registry.get().find_plugin('imbytes')
    with open(os.path.join(ROOT, 'meson.build')) as file:
        version = re.search(r"^  version : '(.*)'", file.read(), re.M)[1]
    with open(os.path.join(ROOT, 'CHANGELOG.md')) as file:
        latest = re.search(r'^## (\S+?),? ', file.read(), re.M)[1]
    report.check('the version is one and the same', plugin.get_version() == version == latest,
                 '%s, %s, %s' % (plugin.get_version(), version, latest))
    report.check('the plugin says where it comes from', 'nknown' not in plugin.get_origin()
                 + plugin.get_package() and plugin.get_source() == 'imbytes',
                 plugin.get_origin() + ', ' + plugin.get_package())


def test_suites():
    """CONTRIBUTING.md names the suites that there are."""
    with open(os.path.join(harness.BUILD, '..', 'meson-info', 'intro-tests.json')) as file:
        suites = {suite.split(':')[1] for each in json.load(file) for suite in each['suite']}
    with open(os.path.join(ROOT, 'CONTRIBUTING.md')) as file:
        named = re.search(r'# one suite: ([^`]*?)\n    tests/', file.read())[1]
    named = set(re.findall(r'[a-z]+', named))
    report.check('each suite is named', named == suites, '%s, %s' % (named, suites))


report.run(test_suites, test_tables, test_links, test_pictures, test_element)
