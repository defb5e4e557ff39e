"""The front-end files we use, by name: from node_modules/ to the git-ignored static/vendor/. No bundler.

Standard library only: set-up runs it before Django is configured; `manage.py vendor` is the same.
"""

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# file in node_modules -> file in static/vendor
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
    "echarts/dist/echarts.common.min.js": "echarts.common.min.js",
    "idb/build/umd.js": "idb.js",
    "leaflet/dist/leaflet.css": "leaflet/leaflet.css",
    "leaflet/dist/leaflet.js": "leaflet/leaflet.js",
    "leaflet/dist/images/layers.png": "leaflet/images/layers.png",
    "leaflet/dist/images/layers-2x.png": "leaflet/images/layers-2x.png",
    "leaflet/dist/images/marker-icon.png": "leaflet/images/marker-icon.png",
    "leaflet/dist/images/marker-icon-2x.png": "leaflet/images/marker-icon-2x.png",
    "leaflet/dist/images/marker-shadow.png": "leaflet/images/marker-shadow.png",
    "tom-select/dist/css/tom-select.bootstrap5.min.css": "tom-select.min.css",
    "tom-select/dist/js/tom-select.complete.min.js": "tom-select.min.js",
    "zxing-wasm/dist/iife/reader/index.js": "zxing/zxing_reader.js",
    "zxing-wasm/dist/reader/zxing_reader.wasm": "zxing/zxing_reader.wasm",
    "@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf": "fonts/NotoSansSC-Regular.ttf",
    "@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf": "fonts/NotoSansSC-Bold.ttf",
    "@expo-google-fonts/noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf": "fonts/NotoSerifSC-Regular.ttf",
    "@expo-google-fonts/noto-serif-sc/700Bold/NotoSerifSC_700Bold.ttf": "fonts/NotoSerifSC-Bold.ttf",
    "@expo-google-fonts/noto-sans-sc/LICENSE_FONT": "licenses/noto-sans-sc.txt",
    "@expo-google-fonts/noto-serif-sc/LICENSE_FONT": "licenses/noto-serif-sc.txt",
    "echarts/LICENSE": "licenses/echarts.txt",
    "idb/LICENSE": "licenses/idb.txt",
    "leaflet/LICENSE": "licenses/leaflet.txt",
    "tom-select/LICENSE": "licenses/tom-select.txt",
    "zxing-wasm/LICENSE": "licenses/zxing-wasm.txt",
}


def copy_all(modules: Path = ROOT / "node_modules", target: Path = ROOT / "static" / "vendor") -> int:
    """Copy every named file and remove what is not named any more; return how many there are.

    Raises FileNotFoundError with the name of the first file that the packages do not have.
    """
    for source in FILES:
        if not (modules / source).is_file():
            raise FileNotFoundError(f"node_modules/{source}")
    for source, name in FILES.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(modules / source, target / name)
    wanted = {target / name for name in FILES.values()}
    for path in target.rglob("*"):
        if path.is_file() and path not in wanted:
            path.unlink()
    return len(FILES)


def is_complete(target: Path = ROOT / "static" / "vendor") -> bool:
    return all((target / name).is_file() for name in FILES.values())
