"""The fields of a submission, defined once.

The columns of a table, the properties of a graph and the attributes of the typed records all
follow from here: reading and writing in any format walk these lists.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from lcgraph.framework.namespaces import (
    DC,
    DCAT,
    DCTERMS,
    EDUCATION_LEVEL,
    HOUSEHOLD_INCOME,
    LC,
    PROV,
    SDMX_ATTRIBUTE,
    SDMX_DIMENSION,
    SDMX_MEASURE,
    SECTOR,
    SETTING,
    SEX,
    SKOS,
)
from lcgraph.language import Labels, in_every_language


class Kind(Enum):
    """What sort of value a field holds, which decides how it is read and written."""

    KEY = auto()
    """A name by which other records of the submission refer to this one."""
    CITY = auto()
    EDITION = auto()
    MEASURE = auto()
    ACTIONS = auto()
    CODE = auto()
    UNIT = auto()
    SOURCES = auto()
    """Keys of sources of the same submission."""
    NUMBER = auto()
    COUNT = auto()
    YEAR = auto()
    DATE = auto()
    PLAIN = auto()
    TEXTS = auto()
    """Text by language: in a table ``note``, ``note_en``, ``note_zh`` and so on."""
    LANGUAGE = auto()
    LINK = auto()


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record.

    :ivar name: the attribute of the record and the header of the column.
    :ivar zh: the header in Chinese.
    :ivar predicate: the property in RDF; empty for a key, which is part of the node's IRI.
    :ivar codes: the code list, for a field of codes.
    :ivar required: whether a record without it says nothing.
    :ivar default: code that an empty cell means.
    :ivar about: what stands in it, in English and Chinese.
    """

    name: str
    zh: str
    predicate: str
    kind: Kind
    about: Labels
    codes: str = ""
    required: bool = False
    default: str = ""

    @property
    def title(self) -> str:
        """Its name as an English heading.

        >>> OBSERVATION.field("household_income").title
        'Household income'
        """
        return self.name.replace("_", " ").capitalize()

    @property
    def names(self) -> Labels:
        """What the header of its column says, by language; in English as tables of text have it."""
        return {**in_every_language({"en": self.title, "zh": self.zh}), "en": self.name}


@dataclass(frozen=True, slots=True)
class RecordType:
    """One kind of record.

    :ivar name: ``submission``, ``source``, ``observation``, ``gap``, ``target`` or ``document``.
    :ivar zh: its name in Chinese.
    :ivar sheet: the sheet of a workbook that holds such records, in English and Chinese.
    :ivar iri: its class.
    :ivar fields: its fields in the order of the columns.
    """

    name: str
    zh: str
    sheet: Labels
    iri: str
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field:
        """The field of this name.

        :raises KeyError: if there is none.
        """
        for candidate in self.fields:
            if candidate.name == name:
                return candidate
        raise KeyError(name)


def _about(en: str, zh: str) -> Labels:
    return {"en": en, "zh": zh}


_MEASURE = _about("the measure: its code, such as 1.2.2-a, or its name", "测量点：代码（如 1.2.2-a）或名称")
_PERIOD = _about("the year that the figure is about", "数值所属年份")
_NOTE = _about("a remark", "备注")


def _cell(measure_property: str) -> tuple[Field, ...]:
    return (
        Field("measure", "测量点", measure_property, Kind.MEASURE, _MEASURE, required=True),
        Field("period", "年份", SDMX_DIMENSION + "refPeriod", Kind.YEAR, _PERIOD, required=True),
        *(
            Field(name, zh, predicate, Kind.CODE, _about(*about), codes=codes, default="total")
            for name, zh, predicate, codes, about in (
                ("sex", "性别", SEX, "sex", ("female, male, or empty for both", "女、男，空白表示合计")),
                (
                    "household_income",
                    "家庭收入",
                    HOUSEHOLD_INCOME,
                    "household-income",
                    ("bottom-20, top-20, or empty for all", "bottom-20、top-20，空白表示合计"),
                ),
                (
                    "sector",
                    "部门",
                    SECTOR,
                    "sector",
                    ("public, private, or empty for both", "公共部门、私有部门，空白表示合计"),
                ),
                (
                    "education_level",
                    "教育层级",
                    EDUCATION_LEVEL,
                    "education-level",
                    ("pre-primary, primary, secondary, tertiary, adult-continuing, or empty", "教育层级，空白表示合计"),
                ),
                (
                    "setting",
                    "学习场所",
                    SETTING,
                    "setting",
                    ("school, community-learning-space, or empty", "学校、社区学习空间，空白表示合计"),
                ),
            )
        ),
    )


_UNIT = Field(
    "unit",
    "单位",
    SDMX_ATTRIBUTE + "unitMeasure",
    Kind.UNIT,
    _about("the unit; empty means the measure's own", "单位；空白表示测量点自身的单位"),
)

SUBMISSION: Final = RecordType(
    "submission",
    "提交",
    _about("Submission", "提交"),
    LC + "Submission",
    (
        Field(
            "city",
            "城市",
            LC + "city",
            Kind.CITY,
            _about("the city: its code, such as ie-cork, or its name", "城市：代码（如 ie-cork）或名称"),
            required=True,
        ),
        Field(
            "year",
            "参照年",
            LC + "referenceYear",
            Kind.YEAR,
            _about("the year for which the submission is made", "提交所针对的年份"),
            required=True,
        ),
        Field(
            "edition",
            "版本",
            LC + "edition",
            Kind.EDITION,
            _about("the edition of the Key Features, such as 2013-draft", "主要特征的版本，如 2013-draft"),
            required=True,
        ),
        Field(
            "submitter",
            "提交单位",
            DC + "creator",
            Kind.PLAIN,
            _about("the organisation that hands in", "提交的机构"),
            required=True,
        ),
        Field(
            "language",
            "语言",
            DCTERMS + "language",
            Kind.LANGUAGE,
            _about("the language of texts that have none given: en or zh", "未注明语言的文本所用语言：en 或 zh"),
        ),
        Field(
            "population",
            "人口",
            LC + "reportedPopulation",
            Kind.COUNT,
            _about("how many people live in the city, by its own count", "城市自行统计的居民人数"),
        ),
        Field(
            "population_year",
            "人口年份",
            LC + "populationYear",
            Kind.YEAR,
            _about("the year that the population is of", "人口数所属年份"),
        ),
        Field("title", "标题", DCTERMS + "title", Kind.TEXTS, _about("a title", "标题")),
        Field("note", "备注", SKOS + "note", Kind.TEXTS, _NOTE),
    ),
)

SOURCE: Final = RecordType(
    "source",
    "来源",
    _about("Sources", "来源"),
    LC + "Source",
    (
        Field(
            "key",
            "编号",
            "",
            Kind.KEY,
            _about("a short name by which observations refer to it", "观测值引用该来源所用的简称"),
            required=True,
        ),
        Field(
            "type",
            "类型",
            LC + "dataSourceType",
            Kind.CODE,
            _about("official, survey or expert-review", "官方数据、调查或专家评审"),
            codes="data-source-type",
            required=True,
        ),
        Field("title", "名称", DCTERMS + "title", Kind.TEXTS, _about("its title", "来源名称"), required=True),
        Field("publisher", "发布机构", DC + "publisher", Kind.PLAIN, _about("who publishes it", "发布机构")),
        Field("issued", "发布日期", DCTERMS + "issued", Kind.DATE, _about("when it was published", "发布日期")),
        Field("link", "链接", DCAT + "landingPage", Kind.LINK, _about("where it is found", "网址")),
        Field("licence", "许可", DCTERMS + "license", Kind.LINK, _about("its licence, as an address", "许可协议网址")),
        Field(
            "fieldwork_body",
            "调查执行机构",
            LC + "fieldworkBody",
            Kind.PLAIN,
            _about("who asked the questions of a survey", "调查的执行机构"),
        ),
        Field(
            "sample_size",
            "样本量",
            LC + "sampleSize",
            Kind.COUNT,
            _about("how many people answered a survey", "调查的有效应答人数"),
        ),
        Field(
            "fieldwork_start",
            "调查开始",
            LC + "fieldworkStart",
            Kind.DATE,
            _about("first day of a survey's fieldwork", "调查首日"),
        ),
        Field(
            "fieldwork_end",
            "调查结束",
            LC + "fieldworkEnd",
            Kind.DATE,
            _about("last day of a survey's fieldwork", "调查末日"),
        ),
        Field(
            "question",
            "问题原文",
            LC + "questionWording",
            Kind.TEXTS,
            _about("the question as a survey asked it", "调查问题的原文"),
        ),
        Field(
            "panel",
            "评审组",
            LC + "reviewPanel",
            Kind.PLAIN,
            _about("who sat on the panel of an expert review", "专家评审的评审组"),
        ),
        Field(
            "review_date", "评审日期", LC + "reviewDate", Kind.DATE, _about("day of an expert review", "专家评审日期")
        ),
        Field("note", "备注", SKOS + "note", Kind.TEXTS, _NOTE),
    ),
)

OBSERVATION: Final = RecordType(
    "observation",
    "观测值",
    _about("Observations", "观测值"),
    LC + "Observation",
    (
        *_cell(LC + "ofMeasure"),
        Field(
            "value",
            "数值",
            SDMX_MEASURE + "obsValue",
            Kind.NUMBER,
            _about("the figure: digits with a point as decimal mark", "数值：阿拉伯数字，小数点用“.”"),
            required=True,
        ),
        _UNIT,
        Field(
            "status",
            "状态",
            SDMX_ATTRIBUTE + "obsStatus",
            Kind.CODE,
            _about("normal, estimated, provisional or break", "正常、估计、暂定或序列中断"),
            codes="observation-status",
            default="normal",
        ),
        Field(
            "match",
            "定义吻合度",
            LC + "definitionMatch",
            Kind.CODE,
            _about("exact, close, broad, narrow or related", "一致、接近、较宽、较窄或相关"),
            codes="definition-match",
            default="exact",
        ),
        Field(
            "source",
            "来源",
            PROV + "wasDerivedFrom",
            Kind.SOURCES,
            _about("the key of its source; several with semicolons", "来源编号；多个以分号隔开"),
            required=True,
        ),
        Field("note", "备注", SKOS + "note", Kind.TEXTS, _NOTE),
        Field(
            "conversion",
            "换算",
            LC + "conversion",
            Kind.TEXTS,
            _about("how the value was computed from the source, if it was", "数值由来源换算而来时的方法"),
        ),
    ),
)

GAP: Final = RecordType(
    "gap",
    "缺失说明",
    _about("Gaps", "缺失说明"),
    LC + "DeclaredGap",
    (
        *_cell(LC + "concernsMeasure"),
        Field(
            "reason",
            "原因",
            LC + "gapReason",
            Kind.CODE,
            _about("not-collected, not-available, not-applicable or confidential", "未收集、不可得、不适用或保密"),
            codes="gap-reason",
            required=True,
        ),
        Field("note", "备注", SKOS + "note", Kind.TEXTS, _NOTE),
    ),
)

TARGET: Final = RecordType(
    "target",
    "目标值",
    _about("Targets", "目标值"),
    LC + "Target",
    (
        *_cell(LC + "concernsMeasure"),
        Field(
            "value",
            "数值",
            SDMX_MEASURE + "obsValue",
            Kind.NUMBER,
            _about("the value that the city has set itself", "城市设定的数值"),
            required=True,
        ),
        _UNIT,
        Field("note", "备注", SKOS + "note", Kind.TEXTS, _NOTE),
    ),
)

DOCUMENT: Final = RecordType(
    "document",
    "佐证文件",
    _about("Documents", "佐证文件"),
    LC + "EvidenceDocument",
    (
        Field("key", "编号", "", Kind.KEY, _about("a short name", "简称"), required=True),
        Field(
            "type",
            "类型",
            LC + "documentType",
            Kind.CODE,
            _about(
                "strategy, policy, decision, letter, event, programme, agreement or report",
                "战略、政策、决定、信函、活动、项目、协议或报告",
            ),
            codes="document-type",
            required=True,
        ),
        Field("title", "名称", DCTERMS + "title", Kind.TEXTS, _about("its title", "文件名称"), required=True),
        Field(
            "supports",
            "佐证行动",
            LC + "supports",
            Kind.ACTIONS,
            _about(
                "codes of the actions, such as 10.2; several with semicolons", "行动代码（如 10.2）；多个以分号隔开"
            ),
            required=True,
        ),
        Field("issued", "日期", DCTERMS + "issued", Kind.DATE, _about("its date", "文件日期")),
        Field("link", "链接", DCAT + "landingPage", Kind.LINK, _about("where it is found", "网址")),
        Field("note", "备注", SKOS + "note", Kind.TEXTS, _NOTE),
    ),
)

RECORD_TYPES: Final = (SUBMISSION, SOURCE, OBSERVATION, GAP, TARGET, DOCUMENT)
BY_NAME: Final = {record_type.name: record_type for record_type in RECORD_TYPES}
