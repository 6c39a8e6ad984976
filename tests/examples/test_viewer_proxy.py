# imbytes tests: examples/viewer behind a real nginx, by the configuration that
# docs/viewer.md has: TLS, a password, a name.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import base64
import http.client
import io
import os
import re
import ssl
import subprocess

import harness
import report

report.need('PIL')
harness.need_programs('nginx', 'openssl')
from PIL import Image  # noqa: E402

from viewing import Viewer  # noqa: E402

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
NAME = 'camera.example'
PASSWORD = 'Basic ' + base64.b64encode(b'me:secret').decode()


class Proxy:
    """nginx with the documented server, at a port and with files of our own."""

    def __init__(self, viewer):
        self.port = harness.free_port()
        folder = harness.folder('proxy-%d' % self.port)
        os.chmod(os.path.dirname(folder), 0o755)
        pem, key = harness.certificate('proxy')
        crypted = subprocess.run(['openssl', 'passwd', '-apr1', 'secret'], check=True,
                                 capture_output=True, text=True).stdout.strip()
        with open(folder + '/passwords', 'w') as file:
            file.write('me:%s\n' % crypted)
        with open(os.path.join(ROOT, 'docs', 'viewer.md')) as file:
            server = re.search(r'```nginx\n(.*?)```', file.read(), re.S)[1]
        for documented, here in (
                ('listen 443 ssl', 'listen 127.0.0.1:%d ssl' % self.port),
                ('/etc/ssl/certs/camera.pem', pem), ('/etc/ssl/private/camera.key', key),
                ('/etc/nginx/camera.htpasswd', folder + '/passwords'),
                ('127.0.0.1:8080', '127.0.0.1:%d' % viewer.port)):
            assert documented in server, documented
            server = server.replace(documented, here)
        temporary = ''.join('%s_temp_path %s/%s; ' % (kind, folder, kind) for kind in (
            'client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'))
        with open(folder + '/nginx.conf', 'w') as file:
            file.write('user root;\n' * (os.geteuid() == 0) + 'daemon off; master_process off; pid %s/pid; error_log %s/error.log;\n'
                       'events { }\nhttp { access_log off; %s\n%s}\n'
                       % (folder, folder, temporary, server))
        self.process = harness.start(['nginx', '-c', folder + '/nginx.conf',
                                      '-e', folder + '/error.log'],
                                     env=dict(os.environ, PATH=os.environ['PATH'] + ':/usr/sbin'))
        harness.wait_for_port(self.port, self.process)

    def ask(self, path, method='GET', name=NAME, password=PASSWORD, **headers):
        context = ssl.create_default_context(cafile=harness.certificate('proxy')[0])
        connection = http.client.HTTPSConnection('127.0.0.1', self.port, context=context,
                                                 timeout=harness.GUARD)
        headers = dict(headers, Host=name)
        if password is not None:
            headers['Authorization'] = password
        connection.request(method, path, headers=headers)
        return connection.getresponse()


def pictures_of(answer, n):
    """The first @n of a stream, which does not end."""
    found = []
    while len(found) < n:
        size = None
        for line in iter(answer.readline, b'\r\n'):
            if line.lower().startswith(b'content-length:'):
                size = int(line.split(b':')[1])
        if size is not None:
            found.append(answer.read(size))
            answer.readline()
    return found


def proxy_lets_in():
    with Viewer('--host', NAME) as viewer:
        proxy = Proxy(viewer)
        report.check('nobody without the password', proxy.ask('/', password=None).status == 401
                     and proxy.ask('/stream.mjpg', password='Basic eDp5').status == 401)
        page = proxy.ask('/')
        report.check('the page', page.status == 200 and b'imbytes viewer' in page.read())
        snapshot = proxy.ask('/snapshot.jpg?width=320')
        report.check('a snapshot', snapshot.status == 200
                     and Image.open(io.BytesIO(snapshot.read())).size == (320, 180))
        stream = proxy.ask('/stream.mjpg?width=320&interval=200&id=abc')
        pictures = [Image.open(io.BytesIO(data)) for data in pictures_of(stream, 4)]
        report.check('a stream, picture by picture', stream.status == 200
                     and all(p.size == (320, 180) for p in pictures))
        control = proxy.ask('/control?id=abc&width=160', 'POST', Origin='https://' + NAME)
        report.check('controls', control.status == 200
                     and Image.open(io.BytesIO(pictures_of(stream, 6)[-1])).size == (160, 90),
                     '%d' % control.status)
        report.check("another origin's controls", proxy.ask(
            '/control?id=abc&width=200', 'POST', Origin='https://evil.example').status == 403)
        report.check('another name', proxy.ask('/', name='evil.example').status == 403)
        harness.stop(proxy.process)


report.run(proxy_lets_in)
