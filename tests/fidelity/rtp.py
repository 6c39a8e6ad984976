#!/usr/bin/python3
# imbytes tests: images over RTP to ffmpeg, which has to show the whole picture.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import os
import shutil
import socket
import subprocess
import tempfile

import report
from imbytes_runner import Gst, decode, run

import numpy as np
from PIL import Image

SDP = 'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=imbytes\nc=IN IP4 127.0.0.1\nt=0 0\n' \
    'm=video %d RTP/AVP 26\n'
SOURCE = 'videotestsrc pattern=zone-plate kx2=9 ky2=9 %s ! ' \
    'video/x-raw,format=I420,width=%d,height=%d,framerate=5/1 ! imbytes %s ! image/jpeg'


def free_port():
    """Even, as RTP wants it; the next one, of RTCP, is hoped to be free too."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(('127.0.0.1', 0))
            if probe.getsockname()[1] % 2 == 0:
                return probe.getsockname()[1]


def shown_by_ffmpeg(width, height, properties):
    """The first picture that ffmpeg has whole; None where it has none."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        sdp, picture = (os.path.join(folder, name) for name in ('x.sdp', 'x.png'))
        with open(sdp, 'w', encoding='ascii') as file:
            file.write(SDP % port)
        pipeline = Gst.parse_launch(
            SOURCE % ('is-live=true', width, height, properties)
            + ' ! rtpjpegpay ! udpsink host=127.0.0.1 port=%d' % port)
        pipeline.set_state(Gst.State.PLAYING)
        try:
            subprocess.run(['ffmpeg', '-loglevel', 'error', '-protocol_whitelist',
                            'file,udp,rtp', '-i', sdp, '-frames:v', '1', picture],
                           timeout=report.PATIENCE, stdin=subprocess.DEVNULL, check=False)
        finally:
            pipeline.set_state(Gst.State.NULL)
        if not os.path.exists(picture):
            return None
        return np.asarray(Image.open(picture).convert('RGB')).astype(np.float64)


def test_ffmpeg():
    if shutil.which('ffmpeg') is None:
        report.skip('ffmpeg', 'not here')
        return
    for width, height in ((640, 360), (1920, 1080)):
        for subsampling in ('4:2:0', '4:2:2'):
            properties = 'n-threads=3 quality=90 subsampling=' + subsampling
            sent = decode(run(SOURCE % ('num-buffers=1', width, height, properties))[0][1])
            shown = shown_by_ffmpeg(width, height, properties)
            whole = shown is not None and shown.shape == sent.shape
            # Each row of blocks is looked at: what breaks a stream breaks the rest of
            # a picture.
            off = max(np.abs(shown[y:y + 8] - sent[y:y + 8]).mean()
                      for y in range(0, height, 8)) if whole else float('inf')
            report.check('ffmpeg, %dx%d %s' % (width, height, subsampling),
                         whole and off < 3, '%.2f of 255 in the worst rows' % off)


report.run(test_ffmpeg)
