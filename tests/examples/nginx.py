# imbytes tests: an nginx that takes PUTs, in a folder of its own.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import os

import harness

CONFIG = '''
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port}; root {folder}/files; client_max_body_size 50m;
    location / {{ dav_methods PUT; create_full_put_path on; }}
    location /never/ {{ return 403; }}
  }}
}}
'''


class Nginx:
    def __init__(self):
        self.port = harness.free_port()
        self.folder = harness.folder('nginx-%d' % self.port)
        # Its worker may be another user.
        os.makedirs(self.folder + '/files')
        os.chmod(os.path.dirname(self.folder), 0o755)
        os.chmod(self.folder + '/files', 0o777)
        with open(self.folder + '/nginx.conf', 'w') as file:
            file.write('user root;' * (os.geteuid() == 0)
                       + CONFIG.format(folder=self.folder, port=self.port))
        self.start()

    def start(self):
        self.process = harness.start(['nginx', '-c', self.folder + '/nginx.conf',
                                      '-e', self.folder + '/error.log'],
                                     env=dict(os.environ, PATH=os.environ['PATH'] + ':/usr/sbin'))
        harness.wait_for_port(self.port, self.process)

    def url(self, path):
        return 'http://127.0.0.1:%d/%s' % (self.port, path)

    def files(self):
        found = {}
        for folder, _, names in os.walk(self.folder + '/files'):
            for name in names:
                with open(os.path.join(folder, name), 'rb') as file:
                    found[name] = file.read()
        return found
