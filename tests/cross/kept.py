#!/usr/bin/env python3
# imbytes tests: the files of many formats and options are those of the list.
#
#   kept.py HASHES LIST VERSIONS    compares; IMBYTES_UPDATE=1 writes LIST anew
#
# HASHES is the program of hashes.c. LIST has a line for each group of its lines:
# product, format and codec, how many files, and a hash of their hashes. A change
# that means to leave files as they are leaves the list as it is; one that does not
# says so by changing it.
#
# VERSIONS are those of the libraries that write a part of the files. With others
# than the list's the test is skipped. A frame that GStreamer packs or unpacks
# otherwise than here is left out, and said.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import hashlib
import os
import subprocess
import sys

STEP = '499'
SKIP = 77


def groups_of(lines):
    """{name of the group: 'files hash'}, and {format: hash of its frame}."""
    files, frames = {}, {}
    for line in lines:
        words = line.split()
        if words[0] == 'frame':
            frames[' '.join(words[1:-1]).rstrip(':')] = words[-1]
        else:
            files.setdefault(' '.join(words[:3]).rstrip(':'), []).append(line)
    digest = {name: f'{len(part)} '
              + hashlib.sha256('\n'.join(part).encode()).hexdigest()[:16]
              for name, part in files.items()}
    return digest, frames


def read_list(path):
    kept = {}
    with open(path, encoding='ascii') as file:
        for line in file:
            if not line.startswith('#'):
                name, _, value = line.rstrip('\n').partition(': ')
                kept[name] = value
    return kept


def write_list(path, versions, digest, frames):
    with open(path, 'w', encoding='ascii') as file:
        file.write('# Renew with IMBYTES_UPDATE=1 meson test kept (kept.py).\n')
        file.write(f'versions: {versions}\n')
        for name in sorted(frames):
            file.write(f'frame {name}: {frames[name]}\n')
        for name in sorted(digest):
            file.write(f'{name}: {digest[name]}\n')


def main():
    program, path, versions = sys.argv[1:]
    output = subprocess.run([program, STEP], check=True, text=True,
                            stdout=subprocess.PIPE).stdout
    digest, frames = groups_of(output.splitlines())
    if os.environ.get('IMBYTES_UPDATE'):
        write_list(path, versions, digest, frames)
        return 0
    kept = read_list(path)
    if kept.pop('versions') != versions:
        print(f'skipped: the list is of other versions than {versions}')
        return SKIP
    other = {name.split(' ', 1)[1].split()[1] for name in kept
             if name.startswith('frame ')
             and frames.get(name[6:], kept[name]) != kept[name]}
    wrong = compared = 0
    for name, value in sorted(kept.items()):
        words = name.split()
        if words[0] == 'frame' or (len(words) > 1 and words[1] in other):
            continue
        compared += 1
        if digest.get(name) != value:
            wrong += 1
            print(f'{name}: {digest.get(name)}, and the list has {value}')
    print(f'{compared} groups of files compared, {wrong} differ; frames that '
          f'GStreamer makes otherwise: {" ".join(sorted(other)) or "none"}')
    return 0 if wrong == 0 and compared > 0 else 1


sys.exit(main())
