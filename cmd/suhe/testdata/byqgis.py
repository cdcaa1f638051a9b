"""Opens a collection as a layer of QGIS, and says what is in it as JSON."""
import json
import os
import sys
import tempfile

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp()

from qgis.core import QgsApplication, QgsFeatureRequest, QgsNetworkAccessManager, QgsRectangle, QgsVectorLayer

QgsApplication.setPrefixPath("/usr", True)
app = QgsApplication([], False, tempfile.mkdtemp())
app.initQgis()
name, value = (part.encode() for part in sys.argv[2].split(": ", 1))
QgsNetworkAccessManager.setRequestPreprocessor(lambda request: request.setRawHeader(name, value))
layer = QgsVectorLayer(f"url='{sys.argv[1]}' typename='sensors' pagingEnabled='true' pageSize='100' restrictToRequestBBOX='1'", "sensors", "OAPIF")


def count(request):
    return sum(1 for _ in layer.getFeatures(request))


json.dump({
    "valid": layer.isValid(),
    "crs": layer.crs().authid(),
    "all": count(QgsFeatureRequest()),
    "box": count(QgsFeatureRequest(QgsRectangle(121.40, 31.22, 121.42, 31.24))),
    "rain": count(QgsFeatureRequest().setFilterExpression("\"class\" = 'sensor.rain'")),
}, sys.stdout)
sys.stdout.flush()
os._exit(0)  # QGIS may fall over its own threads when it is taken down in order
