"""What the generator knows of the world and cannot compute: lists written by hand."""
import re


def words(text):
    return set(text.split())


def table(text):
    """Lines of `key  value`."""
    return dict(re.split(r"\s{2,}", line.strip(), maxsplit=1) for line in text.strip().splitlines())


# --- names

# Never a city or a division in this gazetteer: the word is something else nearly always. Folded.
STOP_NAMES = words("""
we of men man and the for she he they it is as on at in to by us our you one two most many much some all
police commerce university mission hub central city town village county state province district
college school hospital church station airport port bridge market mall plaza square garden gardens park
enterprise union liberty freedom justice progress peace hope faith welcome pride harmony unity
security defence defense army navy marine guard general major captain president governor mayor bishop king queen prince
republic federal national international democrat republican liberal labor labour congress senate parliament
black white green brown gold golden silver red blue rose
bank bay beach coast hill hills lake lakes river island islands mountain mountains valley forest ocean sea
north south east west northern southern eastern western center centre middle upper lower
monday tuesday wednesday thursday friday saturday sunday
january february march april may june july august september october november december
spring summer autumn winter christmas easter ramadan
god allah jesus christ bible quran koran islam muslim christian
war bomb attack fire storm oil gas water energy power news media press radio television internet
male female white women woman girl boy child children people person
euro dollar pound yen yuan rupee
olympic olympics covid ebola zika omicron delta
""")

# A name made only of these says nothing by itself. Folded.
GENERIC_WORDS = words("""
north south east west northern southern eastern western northeast northwest southeast southwest central
center centre middle upper lower inner outer greater new old great
city town village district county state province region borough capital downtown suburb
park hill hills side end area lake lakes bay beach coast island islands heights valley garden gardens
federal delta littoral maritime savanes plateaux highlands midlands lowlands plateau equatorial
nord sud est ouest norte sul sur este oeste centro littoral atlantique
and of the
""")

# Begin a name in small letters in some languages; a newspaper that prints the name alone gives them a capital.
LOWER_ARTICLES = words("el la les l al")

# Where GeoNames writes the glottal stop with a mark that many newspapers leave out.
GLOTTAL_COUNTRIES = words("""
AE BH DJ DZ EG EH ER ET IL IQ IR JO KW LB LY MA MR OM PS QA SA SD SO SY TN TO UA UZ YE AF RU BY
""")

# GeoNames rows whose name is no name as printed.
CITY_NAMES = {}


def is_name_addition(text):
    """Whether what stands in brackets tells namesakes apart ("Oder") and so belongs to a fuller name."""
    return text.isalpha() and text[0].isupper()


# Why a name is weak -> what it takes to accept it (`ctx=`). Others have the default of places, which also accepts any
# locative preposition: too little for words and people ("to Young", "from Clinton").
EVIDENCE = dict.fromkeys(("word", "first name", "surname", "other entity"), "dateline,pair,long")
EVIDENCE["generic"] = "pair"

# Countries whose local news is written in English: their smaller towns are in the layer `towns`.
ENGLISH_TOWNS = words("US GB IE CA AU NZ")

# What a name of the layer `towns` takes: a common word, a person's name or a larger place's takes the pair alone.
TOWN_EVIDENCE = {"rare": "dateline,pair,region", "known": "pair"}

# --- divisions

# What a division's weak name takes: also another place of its country in the article.
DIVISION_EVIDENCE = "prep,dateline,pair,long,cc"

# Words for the kind of division, left out when two spellings of one division are compared.
DIVISION_WORDS = words("""
province provinces governorate region state county department departement prefecture oblast krai kray district municipality
republic autonomous canton division parish okrug territory voivodeship emirate city metropolitan county capital
""")

# Countries whose first level is a mere grouping of the divisions that people speak of.
GROUPED = words("ID IE")

# Federations and the countries most in the news: their divisions are known by name alone.
FREE_DIVISIONS = words("""
AF AR AT AU BE BR CA CD CH CN CO DE EG ES ET FR GB ID IN IQ IR IT JP KR LY MM MX MY NG NL PH PK PL RU SA SD SO SS SY
TR UA US VE YE ZA KE
""")

# Countries whose GeoNames division codes are the letters of ISO 3166-2.
LETTER_CODES = words("BE CH MW UG")

# What English-language news calls the divisions of a country, behind the name.
DIVISION_KINDS = table("""
AE  Emirate
AF  Province
AL  County
AM  Province
AO  Province
AR  Province
BF  Region
BH  Governorate
BI  Province
BJ  Department
BO  Department
BY  Region
BG  Province
BT  District
BW  District
BZ  District
CD  Province
CF  Prefecture
CG  Department
CL  Region
CM  Region
CO  Department
CR  Province
CU  Province
CY  District
CZ  Region
DJ  Region
DO  Region
DZ  Province
EC  Province
EG  Governorate
ER  Region
ET  Region
GA  Province
GH  Region
GN  Region
GQ  Province
GR  Region
GT  Department
GW  Region
GY  Region
HN  Department
HR  County
HT  Department
HU  County
ID  Province
IL  District
IQ  Province
IR  Province
JM  Parish
JO  Governorate
JP  Prefecture
KE  County
KG  Region
KH  Province
KP  Province
KR  Province
KW  Governorate
KZ  Region
LA  Province
LB  Governorate
LK  Province
LR  County
LS  District
LT  County
LY  District
MA  Region
MD  District
MG  Province
ML  Region
MM  Region
MN  Province
MR  Region
MW  Region
MX  State
MY  State
MZ  Province
NA  Region
NE  Region
NG  State
NI  Department
NL  Province
NO  County
NP  Province
NZ  Region
OM  Governorate
PA  Province
PE  Region
PG  Province
PH  Region
PK  Province
PL  Province
PS  Governorate
PY  Department
RO  County
RU  Oblast
RW  Province
SA  Province
SB  Province
SD  State
SE  County
SK  Region
SL  Province
SN  Region
SO  Region
SR  District
SS  State
SV  Department
SY  Governorate
SZ  Region
TD  Province
TG  Region
TH  Province
TJ  Region
TL  Municipality
TM  Province
TN  Governorate
TR  Province
TW  County
TZ  Region
UG  Region
UY  Department
UZ  Region
VE  State
VN  Province
VU  Province
YE  Governorate
ZA  Province
ZM  Province
ZW  Province
""")


def has_kind(name):
    return not DIVISION_WORDS.isdisjoint(name.lower().replace("-", " ").split())


def long_forms(country, name):
    """The name with the word for its kind: "Bursa Province"; none if it has one already or no word is in use."""
    if has_kind(name):
        return []
    if country == "IE":
        return [f"County {name}"]
    kind = DIVISION_KINDS.get(country)
    forms = [f"{name} {kind}"] if kind else []
    return forms + [f"{name} region"] if country == "RU" else forms


# Divisions that are one city: the city is in the gazetteer, and "Seoul Province" is not said.
CITY_DIVISIONS = words("""
amer azba bg22 byhm cfbgf cgbzv ciab ciym djdj etaa etdd gnc idjk hr21 jp13 kggb kggo kh12 kp01 kr11 kr26 kr27 kr28 kr29 kr30
kr31 kr50 kz71 kz75 kz79 lavt mdcu mdba mdbd mlbko mn1 mr13 mr14 mr15 mxcmx my14 my15 my16 ne8 no03 ph00 pkis pyasu rob ruspe rw01 tdnd th10 tjdu tms
twhsz twkee twkhh twnwt twtao twtnn twtpe twtxg ua30 ua40 uztk vnct vndn vnhn vnhp vnsg yesa
""")

# Countries where a division named like one of its cities is that city: urban counties and municipalities.
CITY_NAMED = words("HU AZ LV MK MT SI MD")

# CLDR's English name is wrong, unusual in news, or carries a footnote.
DIVISION_NAMES = table("""
cdbc   Kongo Central
cz10   Prague
kz19   Almaty Region
cosap  San Andres and Providencia
fr973  French Guiana
frbfc  Bourgogne-Franche-Comté
fridf  Île-de-France
idpd   Southwest Papua
idpe   Highland Papua
idps   South Papua
idpt   Central Papua
ir09   Razavi Khorasan
nzmbh  Marlborough
pl26   Swietokrzyskie
rukhm  Khanty-Mansi Autonomous Okrug
runen  Nenets Autonomous Okrug
ruyan  Yamalo-Nenets Autonomous Okrug
ruyev  Jewish Autonomous Oblast
sobn   Banadir
soby   Bay
syra   Raqqa
yead   Aden
yehu   Hodeidah
yela   Lahj
yema   Marib
yemr   Mahra
yemw   Mahwit
yesn   Sanaa
yesu   Socotra
""")

# CLDR code -> the hand layer's id, where the names differ.
SAME_DIVISION = table("""
esmd   es/madrid
esnc   es/navarre
fr971  gp
fr972  mq
fr973  gf
fr974  re
fr976  yt
fridf  fr/ile-de-france
iqqa   iq/qadisiyah
ir02   ir/west-azerbaijan
it32   it/trentino-alto-adige
nlbq1  bq
nlbq2  bq
nlbq3  bq
rubu   ru/buryatia
rucu   ru/chuvashia
rukb   ru/kabardino-balkaria
rukc   ru/karachay-cherkessia
ruud   ru/udmurtia
sdgk   sd/west-kordofan
sdkn   sd/north-kordofan
sdks   sd/south-kordofan
soby   so/bay
soga   so/galgaduud
sosd   so/middle-shabelle
sosh   so/lower-shabelle
syra   sy/raqqa
ua05   ua/vinnytsia
ua09   ua/luhansk
ua12   ua/dnipropetrovsk
ua14   ua/donetsk
ua18   ua/zhytomyr
ua23   ua/zaporizhzhia
ua26   ua/ivano-frankivsk
ua32   ua/kyiv
ua35   ua/kirovohrad
ua46   ua/lviv
ua48   ua/mykolaiv
ua51   ua/odesa
ua53   ua/poltava
ua56   ua/rivne
ua59   ua/sumy
ua61   ua/ternopil
ua63   ua/kharkiv
ua65   ua/kherson
ua68   ua/khmelnytskyi
ua71   ua/cherkasy
ua74   ua/chernihiv
usdc   us/dc
yesd   ye/saada
""")

# The last words of names of American counties that are never a town's.
COUNTY_KINDS = {"County", "Parish", "Borough"}
