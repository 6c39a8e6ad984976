# imbytes tests: pictures as Chromium shows them, read back from a canvas.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import base64
import importlib.util
import shutil
import tempfile

import numpy as np

READ = '''
const [data, done] = arguments;
const image = new Image ();
image.onerror = () => done (null);
image.onload = () => {
  const canvas = document.createElement ("canvas");
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  const context = canvas.getContext ("2d", { willReadFrequently: true });
  context.drawImage (image, 0, 0);
  const bytes = context.getImageData (0, 0, canvas.width, canvas.height).data;
  const reader = new FileReader ();
  reader.onload = () => done ([canvas.width, canvas.height, reader.result]);
  reader.readAsDataURL (new Blob ([bytes]));
};
image.src = data;
'''


def what_is_missing():
    """A name, or None."""
    for name in ('chromium', 'chromedriver'):
        if shutil.which(name) is None:
            return name
    return None if importlib.util.find_spec('selenium') else 'selenium'


class Browser:
    def __init__(self):
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service

        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which('chromium')
        for argument in ('--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run',
                         '--disable-dev-shm-usage', '--disable-background-networking',
                         '--disable-component-update', '--disable-sync',
                         '--force-color-profile=srgb', '--host-resolver-rules=MAP * ~NOTFOUND',
                         '--user-data-dir=' + self._folder.name):
            options.add_argument(argument)
        self._driver = webdriver.Chrome(options=options,
                                        service=Service(shutil.which('chromedriver')))
        self._driver.set_script_timeout(300)

    def read(self, data, media_type='image/png'):
        """Height x width x R, G, B, A; None where it shows nothing."""
        found = self._driver.execute_async_script(
            READ, 'data:%s;base64,%s' % (media_type, base64.b64encode(data).decode()))
        if found is None:
            return None
        width, height, url = found
        bytes_ = base64.b64decode(url.partition(',')[2])
        return np.frombuffer(bytes_, np.uint8).reshape(height, width, 4)

    def close(self):
        self._driver.quit()
        self._folder.cleanup()
