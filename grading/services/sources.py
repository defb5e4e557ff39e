"""The law behind a checklist item; where no law is among its sources, the standard of the street.

Both languages stand here as those of the items do: documents are written in Chinese whoever reads.
"""

from collections.abc import Iterable

from django.utils import translation

# code in the item's sources -> (Chinese, English)
LAWS = {
    "S39": (
        "《商品房屋租赁管理办法》（住房城乡建设部令第6号）",
        "Measures for the Administration of Commodity Housing Tenancy (MOHURD order 6)",
    ),
    "S40": (
        "《住房租赁条例》（国务院令第812号）",
        "Regulations on Housing Rental (State Council order 812)",
    ),
    "S43": (
        "《租赁房屋治安管理规定》（公安部令第24号）",
        "Provisions on Public Security of Rented Houses (MPS order 24)",
    ),
    "S44": ("《深圳经济特区消防条例》", "Fire Regulations of the Shenzhen Special Economic Zone"),
    "S46": (
        "《广东省实施〈中华人民共和国消防法〉办法》",
        "Guangdong Measures for Implementing the Fire Protection Law",
    ),
    "S48": (
        "《高层民用建筑消防安全管理规定》（应急管理部令第5号）",
        "Provisions on Fire Safety of High-rise Civil Buildings (MEM order 5)",
    ),
    "S49": (
        "《深圳市房屋安全管理办法》（市政府令第319号）",
        "Shenzhen Measures for Building Safety (order 319)",
    ),
    "S51": ("《危险房屋鉴定标准》JGJ 125-2016", "Standard for Dangerous Building Appraisal JGJ 125-2016"),
    "S55": (
        "《深圳经济特区居住证条例》",
        "Residence Permit Regulations of the Shenzhen Special Economic Zone",
    ),
}
OWN_STANDARD = ("《福城街道出租屋分级标准》", "Grading standard of the street for rental homes")


def legal_sources(codes: Iterable[str]) -> list[str]:
    """Names of the laws in the reader's language; the street's standard where none is a law."""
    language = 0 if (translation.get_language() or "zh").startswith("zh") else 1
    return [names[language] for names in _named(codes)]


def laws_zh(codes: Iterable[str]) -> list[str]:
    return [names[0] for names in _named(codes)]


def _named(codes: Iterable[str]) -> list[tuple[str, str]]:
    return [LAWS[code] for code in codes if code in LAWS] or [OWN_STANDARD]
