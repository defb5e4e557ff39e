"""The peer of the import benchmark: django-import-export as its manual shows it, on the same models."""

import tempfile
import time
from pathlib import Path
from typing import Any

import tablib
from import_export import resources
from import_export.fields import Field
from import_export.widgets import ForeignKeyWidget

from communities.models import Community, Estate, Grid
from core.protected import blind_index
from fucheng.demo.registry_rows import generate_registry
from rentals.models import Building, Landlord, Manager, Unit


def landlord(row: dict[str, str]) -> Landlord:
    found = Landlord.objects.filter(identity_index=blind_index(row["业主证件号"], purpose="identity")).first()
    if found is None:
        found = Landlord(name=row["业主姓名"])
        found.identity, found.phone = row["业主证件号"], row["业主电话"]
        found.save()
    return found


def manager(row: dict[str, str]) -> Manager:
    index = blind_index(row["管理人电话"], purpose="phone")
    found = Manager.objects.filter(name=row["管理人姓名"], phone_index=index).first()
    if found is None:
        found = Manager(name=row["管理人姓名"])
        found.phone = row["管理人电话"]
        found.save()
    return found


def building(row: dict[str, str]) -> Building:
    community = Community.objects.get(name=row["社区"])
    grid, _ = Grid.objects.get_or_create(community=community, name=row["网格"])
    estate = (
        Estate.objects.get_or_create(community=community, name=row["小区/村"])[0] if row["小区/村"] else None
    )
    place = {"community": community, "grid": grid, "estate": estate, "name": row["楼栋名称"],
             "longitude": float(row["经度"]), "latitude": float(row["纬度"])}  # fmt: skip
    return Building.objects.update_or_create(code=row["楼栋编码"], defaults=place)[0]


class HomesOnly(resources.ModelResource):
    code = Field("code", "房屋编码")
    building = Field("building", "楼栋编码", ForeignKeyWidget(Building, "code"))
    address = Field("address", "地址")
    floor = Field("floor", "楼层")
    room = Field("room", "房号")
    area_m2 = Field("area_m2", "面积(㎡)")
    head_count = Field("head_count", "居住人数")
    note = Field("note", "备注")

    class Meta:
        model = Unit
        import_id_fields = ("code",)
        fields = ("code", "building", "address", "floor", "room", "area_m2", "head_count", "note")

    def before_import_row(self, row: dict[str, str], **kwargs: Any) -> None:
        for name in row:
            row[name] = row[name] or ""

    def before_save_instance(self, instance: Unit, row: dict[str, str], **kwargs: Any) -> None:
        instance.category = "urban_village"


class WholeRow(HomesOnly):
    """Does what our import does: looks up or makes all that a home belongs to, and seals personal numbers."""

    def before_import_row(self, row: dict[str, str], **kwargs: Any) -> None:
        super().before_import_row(row, **kwargs)
        building(row)

    def before_save_instance(self, instance: Unit, row: dict[str, str], **kwargs: Any) -> None:
        super().before_save_instance(instance, row, **kwargs)
        instance.landlord = landlord(row)
        instance.manager = manager(row) if row["管理人姓名"] else None


def peer_rows_per_second(rows: int, *, whole_row: bool) -> float:
    """Rows per second from the workbook to the tables with the defaults; its usual dry run is not counted."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "peer.xlsx"
        generate_registry(path, rows, seed=7)
        start = time.perf_counter()
        data = tablib.Dataset().load(path.read_bytes(), format="xlsx")
        if not whole_row:
            fumin = Community.objects.get(name="福民")
            codes = {row["楼栋编码"] for row in data.dict}
            Building.objects.bulk_create(
                [Building(code=code, community=fumin) for code in codes], ignore_conflicts=True
            )
        (WholeRow if whole_row else HomesOnly)().import_data(data, dry_run=False, raise_errors=True)
        seconds = time.perf_counter() - start
    Unit.objects.all().delete()
    Building.objects.all().delete()
    return rows / seconds
