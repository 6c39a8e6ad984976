# imbytes tests: pictures as Chromium shows them, read back from a canvas.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import base64
import importlib.util
import shutil
import tempfile

import numpy as np

import report

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


def open_or_skip():
    missing = what_is_missing()
    if missing:
        report.skip('Chromium', '%s is not installed' % missing)
    return None if missing else Browser()


def in_rgba(pixels):
    """Of height x width x samples, bytes."""
    samples = pixels.shape[2]
    colours = pixels[..., :3] if samples > 2 else np.repeat(pixels[..., :1], 3, 2)
    alpha = pixels[..., -1:] if samples % 2 == 0 else np.full_like(pixels[..., :1], 255)
    return np.concatenate([colours, alpha], 2)


def what_is_wrong(shown, rgba):
    """None where Chromium shows @rgba. A canvas multiplies by alpha and divides again, so
    that of colours only those of opaque pixels are compared."""
    if shown is None or shown.shape != rgba.shape:
        return 'Chromium shows nothing'
    seen = rgba[..., 3] == 255
    if (shown[..., 3] != rgba[..., 3]).any() or (shown[seen] != rgba[seen]).any():
        return 'Chromium shows other pixels'
    return None


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
