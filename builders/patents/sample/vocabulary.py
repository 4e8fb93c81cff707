"""Vocabulary of the sample patents: topics, and mechanisms that several topics share.

A shared mechanism (damping, sealing, encryption …) is what makes one sample patent cite another of
a different IPC class: only its words connect the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from .topics import TOPICS

# "=" key ":" names, "ipc" symbols, "-" a component ">" what it does, "gain" effects, "native" the
# mechanism in German, French and Japanese.
_MECHANISMS = """\
= vibration: vibration damping | oscillation suppression | attenuation of resonance
ipc F16F15/02 F16F15/03
- viscous damper | oscillation absorber | elastomeric mount > absorb oscillations | damp shaking
- tuned mass | inertial pendulum | balancing weight > cancel a resonance | oppose periodic forces
- accelerometer | shock pickup | tremor sensor > detect vibrations | measure the amplitude
gain quieter running | lower vibration amplitudes | less resonance
native Schwingungsdämpfung | amortissement des vibrations | 振動減衰機構
= cooling: liquid cooling | heat removal | thermal management
ipc F28D15/02 F28F3/12
- heat sink | cooling plate | radiator > dissipate waste heat | spread heat
- coolant channel | cooling jacket | heat pipe > carry waste heat off | circulate a coolant
- temperature sensor | thermistor | thermal probe > detect overheating | observe hot spots
gain lower operating temperatures | better heat dissipation | fewer hot spots
native Flüssigkeitskühlung | refroidissement par liquide | 液体冷却機構
= seal: sealing against ingress | fluid-tight sealing | gland packing
ipc F16J15/34 F16J15/32
- lip seal | sealing ring | packing > keep moisture out | seal a gap
- labyrinth | slinger ring | gap barrier > hold contamination back | throttle a leakage flow
- pressure chamber | barrier volume | purge cavity > press the seal on | keep up excess pressure
gain durable tightness | less ingress of dirt | a longer seal life
native Dichtung | étanchéité | 密封構造
= calibration: sensor calibration | automatic zero adjustment | drift compensation
ipc G01D18/00 G01D3/08
- reference standard | calibration target | gauge element > supply a known value | mark a zero point
- correction unit | drift compensator | adjustment module > correct an offset | refresh a gain
- parameter memory | calibration table | coefficient store > retain coefficients | log past offsets
gain lasting measurement accuracy | reduced drift | fewer recalibrations
native Sensorkalibrierung | étalonnage des capteurs | センサ較正機能
= encryption: encrypted authentication | cryptographic identity checking | secure pairing
ipc H04L9/32 G06F21/44
- security chip | trusted element | crypto processor > encrypt messages | sign a challenge
- certificate memory | token store | credential register > hold a certificate | keep a token
- authentication unit | identity checker | verifier > authenticate a partner | verify a signature
gain protection from forged messages | trustworthy identities | resistance to replay attacks
native verschlüsselte Authentifizierung | authentification chiffrée | 暗号認証機能
= wear: wear monitoring | abrasion tracking | detection of worn parts
ipc G01N3/56 G01M13/04
- wear indicator | abrasion pin | sacrificial marker > reveal abrasion | signal a worn surface
- hard facing | carbide insert | replaceable wear strip > resist abrasion | take up friction
- life counter | service computer | wear estimator > count load cycles | estimate remaining life
gain longer service intervals | slower wear | timely replacement of worn parts
native Verschleißüberwachung | surveillance de l'usure | 摩耗監視機能
= leak: leak detection | leakage monitoring | tightness testing
ipc G01M3/28 G01M3/26
- pressure decay tester | differential manometer | leak probe > find a leak | note a pressure loss
- shut-off valve | isolation gate | blocking slide > isolate a leaking section | stop an outflow
- tracer source | marking gas ampoule | test fluid dispenser > release a tracer | mark a leak
gain early discovery of leaks | safe isolation after a leak | less loss by leakage
native Lecksuche | détection de fuites | 漏れ検知機能
= corrosion: corrosion protection | rust prevention | anodic shielding
ipc C23F13/02 C23F11/00
- sacrificial anode | zinc electrode | galvanic element > divert corrosion | protect bare metal
- passivation layer | inhibitor film | anti-rust coating > block oxidation | keep salt away
- corrosion coupon | potential probe | rust sensor > track metal loss | sense pitting
gain resistance to rust | less pitting | a long life in salty surroundings
native Korrosionsschutz | protection contre la corrosion | 防食構造
= harvesting: energy harvesting | recovery of stray energy | self-powered supply
ipc H02N2/18 H02K35/02
- motion harvester | inductive generator | thermoelectric strip > win electricity | tap stray energy
- buffer capacitor | storage cell | reserve accumulator > buffer stray energy | bridge idle times
- power manager | charge controller | supply regulator > wake a circuit | ration scarce power
gain operation without external supply | recovered energy | freedom from batteries
native Energierückgewinnung | récupération d'énergie | 環境発電機能
= coupling: quick-release coupling | tool-free connection | bayonet attachment
ipc F16L37/08 F16B21/04
- snap hook | bayonet ring | spring catch > lock a plug-in joint | latch without tools
- socket | docking sleeve | mating receptacle > receive a plug | centre the mating part
- release button | unlocking tab | eject lever > open the joint | free the catch
gain replacement without tools | a secure joint | quick exchange of modules
native Schnellkupplung | raccord rapide | 着脱式連結部
= flow: flow regulation | metered throughput | closed-loop dosing
ipc G05D7/06 F16K31/06
- proportional valve | throttle flap | metering gate > meter a flow | throttle the throughput
- flow meter | throughput sensor | orifice gauge > measure the throughput | report the flow rate
- closed-loop regulator | set-point controller | dosing computer > hold a set point | damp surges
gain a constant throughput | exact dosing | small flow deviations
native Durchflussregelung | régulation du débit | 流量制御機能
= cleaning: self-cleaning | automatic deposit removal | in-place rinsing
ipc B08B3/02 B08B9/03
- wiper | scraper blade | rotary brush > remove deposits | wipe a fouled surface
- rinse nozzle | spray jet | washing lance > rinse off dirt | spray a cleaning agent
- soiling detector | deposit sensor | contamination monitor > recognise fouling | call for a rinse
gain surfaces free of deposits | less manual cleaning | hygienic operation
native Selbstreinigung | autonettoyage | 自動洗浄機能
= prediction: failure prediction | machine-learned fault diagnosis | condition forecasting
ipc G05B23/02 G06N3/08
- neural network | trained classifier | anomaly detector > recognise an anomaly | predict a fault
- feature extractor | signal preprocessor | spectral analyser > extract features | filter raw data
- training memory | history database | failure archive > gather training data | label past faults
gain fewer unplanned stops | early warning of faults | maintenance on demand
native Fehlervorhersage | prédiction de pannes | 故障予測機能
= telemetry: wireless telemetry | remote data transmission | radio monitoring
ipc G08C17/02 H04Q9/00
- radio module | wireless transmitter | remote link > transmit readings | broadcast a status
- data logger | message buffer | telemetry recorder > record readings | hold unsent data
- remote terminal | cloud gateway | monitoring station > display a status | collect remote readings
gain supervision from afar | fewer service visits | complete operating records
native Funktelemetrie | télémétrie sans fil | 無線遠隔監視機能
= noise: noise reduction | acoustic silencing | sound insulation
ipc G10K11/16 G10K11/178
- sound absorber | acoustic foam | muffler > swallow airborne sound | muffle a tone
- resonator | quarter-wave tube | tuned cavity > cancel a hum | trap a frequency
- microphone | sound pickup | acoustic sensor > listen for noise | register a sound level
gain a lower sound level | less annoying noise | quiet operation
native Geräuschminderung | réduction du bruit | 騒音低減構造
= image: optical inspection | camera-based defect detection | visual quality control
ipc G01N21/88 G06T7/00
- inspection camera | line scan imager | machine vision head > photograph a surface | look for flaws
- strobe | ring light | structured lamp > illuminate a surface | cast a light pattern
- image evaluator | defect classifier | picture comparator > judge an image | classify defects
gain reliable detection of flaws | objective quality records | less visual checking by hand
native optische Prüfung | contrôle optique | 光学検査機能
"""

PRINCIPLES = (
    ("self-tuning", "adaptive"),
    ("bistable", "two-state"),
    ("redundant", "fail-safe"),
    ("cascaded", "multi-stage"),
    ("event-driven", "interrupt-controlled"),
    ("modular", "building-block"),
    ("micromachined", "microfabricated"),
    ("fibre-optic", "light-guided"),
    ("capacitive", "electrostatic"),
    ("inductive", "eddy-current"),
    ("piezoelectric", "piezoceramic"),
    ("graphene-based", "nanocarbon"),
    ("printed", "ink-deposited"),
    ("bendable", "limp"),
    ("hierarchical", "multi-level"),
    ("pulsed", "intermittent"),
    ("differential", "two-channel"),
    ("forecasting", "anticipating"),
    ("ring-shaped", "toroidal"),
    ("low-power", "energy-saving"),
    ("shape-memory", "thermally actuated"),
    ("nested", "telescoped"),
    ("revolving", "orbiting"),
    ("time-shared", "multiplexed"),
)
"""How a mechanism works, as synonyms: together with the mechanism, the subject of OUT citations."""

_NATIVE_DEVICES = """\
combine harvester: einen Mähdrescher | une moissonneuse-batteuse | コンバイン収穫機
lung ventilator: ein Beatmungsgerät | un ventilateur pulmonaire | 人工呼吸器
endoscope: ein Endoskop | un endoscope | 内視鏡
membrane filtration plant: eine Membranfiltrationsanlage | une installation de filtration | 膜装置
robot gripper: einen Robotergreifer | un préhenseur de robot | ロボットハンド
powder bed printer: einen Pulverbettdrucker | une imprimante à lit de poudre | 粉末積層造形装置
vehicle brake: eine Fahrzeugbremse | un frein de véhicule | 車両用ブレーキ
parcel sorter: eine Paketsortieranlage | un trieur de colis | 荷物仕分け装置
adhesive tape: ein Klebeband | un ruban adhésif | 粘着テープ
bioreactor: einen Bioreaktor | un bioréacteur | 培養装置
strip annealing line: eine Bandglühanlage | une ligne de recuit de bandes | 鋼帯焼鈍設備
washing machine: eine Waschmaschine | une machine à laver | 洗濯機
paper machine: eine Papiermaschine | une machine à papier | 抄紙機
drilling assembly: ein Bohrwerkzeug | un outil de forage | 掘削装置
electronic lock: ein elektronisches Schloss | une serrure électronique | 電子錠
gas turbine: eine Gasturbine | une turbine à gaz | ガスタービン
wind turbine: eine Windenergieanlage | une éolienne | 風力発電装置
heat pump: eine Wärmepumpe | une pompe à chaleur | ヒートポンプ
gas sensor: einen Gassensor | un capteur de gaz | ガスセンサ
lidar scanner: einen Laserscanner | un télémètre à balayage laser | ライダー装置
key management server: einen Schlüsselserver | un serveur de gestion de clés | 鍵管理サーバ
battery pack: einen Batteriepack | un bloc de batteries | 電池パック
electric motor: einen Elektromotor | un moteur électrique | 電動機
radio base station: eine Funkbasisstation | une station de base radio | 無線基地局
"""


@dataclass(frozen=True, slots=True)
class Part:
    """One component: its alternative names, and verb phrases for what it does."""

    names: tuple[str, ...]
    does: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity that claims limit, with the bounds of plausible integer values."""

    name: str
    unit: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Mechanism:
    """Something that devices of several topics contain."""

    key: str
    names: tuple[str, ...]
    ipc: tuple[str, ...]
    parts: tuple[Part, ...]
    gains: tuple[str, ...]
    native: tuple[str, ...]
    """Its name in German, French and Japanese."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A kind of device."""

    names: tuple[str, ...]
    ipc: tuple[str, ...]
    second_ipc: tuple[str, ...]
    shares: tuple[str, ...]
    parts: tuple[Part, ...]
    materials: tuple[str, ...]
    gains: tuple[str, ...]
    media: tuple[str, ...]
    quantities: tuple[Quantity, ...]
    native: tuple[str, ...]
    """The device in German and French, with an article in the accusative, and in Japanese."""


@cache
def mechanisms() -> dict[str, Mechanism]:
    """Return the shared mechanisms by key."""
    parsed = [_mechanism(block) for block in _MECHANISMS[2:].split("\n= ")]
    return {mechanism.key: mechanism for mechanism in parsed}


@cache
def topics() -> tuple[Topic, ...]:
    """Return every topic."""
    native: dict[str, str] = {}
    for line in _NATIVE_DEVICES.splitlines():
        name, translations = line.split(": ")
        native[name] = translations
    return tuple(_topic(block, native) for block in TOPICS[2:].split("\n= "))


def _alternatives(text: str, separator: str = " | ") -> tuple[str, ...]:
    return tuple(item.strip() for item in text.split(separator))


def _block(block: str) -> tuple[str, dict[str, str], tuple[Part, ...]]:
    """Split a block into its first line, its lines by key word, and its parts."""
    first, *lines = block.strip().splitlines()
    pairs = [line.split(" ", 1) for line in lines]
    parts = [rest.split(" > ") for key, rest in pairs if key == "-"]
    fields = {key: rest for key, rest in pairs if key != "-"}
    return first, fields, tuple(Part(_alternatives(a), _alternatives(b)) for a, b in parts)


def _mechanism(block: str) -> Mechanism:
    first, fields, parts = _block(block)
    key, names = first.split(": ")
    return Mechanism(
        key=key,
        names=_alternatives(names),
        ipc=tuple(fields["ipc"].split()),
        parts=parts,
        gains=_alternatives(fields["gain"]),
        native=_alternatives(fields["native"]),
    )


def _quantity(text: str) -> Quantity:
    name, unit, low, high = _alternatives(text, "|")
    return Quantity(name, unit, int(low), int(high))


def _topic(block: str, native: dict[str, str]) -> Topic:
    first, fields, parts = _block(block)
    names = _alternatives(first)
    ipc, second_ipc = _alternatives(fields["ipc"], ";")
    return Topic(
        names=names,
        ipc=tuple(ipc.split()),
        second_ipc=tuple(second_ipc.split()),
        shares=tuple(fields["shares"].split()),
        parts=parts,
        materials=_alternatives(fields["material"]),
        gains=_alternatives(fields["gain"]),
        media=_alternatives(fields["medium"]),
        quantities=tuple(_quantity(item) for item in _alternatives(fields["range"], ";")),
        native=_alternatives(native[names[0]]),
    )
