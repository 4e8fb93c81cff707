"""Twenty-four invented technical topics, as text: what the sample patents are about.

Parsed by ``sample_vocabulary``. A block per topic: ``=`` names of the device, ``ipc`` symbols of
its main subclass ``;`` of a second one, ``shares`` keys of the mechanisms that suit it, ``-`` a
part ``>`` what it does, ``material`` what parts contain, ``gain`` effects, ``medium`` what is
handled, ``range`` quantities with unit and limits. ``|`` separates synonyms and alternatives.
"""

TOPICS = """\
= combine harvester | grain harvester | reaping and threshing machine
ipc A01D41/12 A01D41/127 A01D69/00 A01F12/18 ; A01B69/00 A01B79/00
shares vibration wear prediction telemetry flow noise
- cutter bar | knife bar | reciprocating mower > sever the standing crop | cut stalks near the soil
- threshing drum | thresher cylinder | beater rotor > loosen kernels from the ears | shell the ears
- sieve box | cleaning shoe | shaker screen > part chaff from kernels | sift the threshed matter
- grain tank | kernel bin | hopper > store the yield on board | hold the gathered kernels
- unloading auger | discharge screw | emptying conveyor > fill a trailer | hand the yield over
- reel | gathering wheel | crop sweep > bend the stalks inwards | sweep lodged crop to the machine
- yield sensor | impact plate | mass flow meter > register the yield | weigh the passing kernels
- straw chopper | residue shredder | flail mill > mince the straw | scatter residue over the field
- steering controller | guidance computer | path tracker > follow the crop edge | keep to the swath
material sheet steel | a tubular frame | polyurethane | canvas
gain reduced kernel loss | cleaner grain samples | higher field throughput | less crop damage
medium crop | cereal | harvested material
range ground speed|km/h|2|12 ; drum clearance|mm|4|38 ; drum speed|rpm|350|1200
= lung ventilator | respirator | breathing assistance apparatus
ipc A61M16/00 A61M16/06 A61M16/20 A61M16/10 ; A62B7/10 A62B18/02
shares leak calibration flow noise seal cleaning
- blower | compressor wheel | turbine fan > raise the airway pressure | deliver inspiratory flow
- face mask | nasal interface | patient cushion > meet the skin of the wearer | enclose the nostrils
- exhalation valve | expiratory port | vent membrane > release spent air | let carbon dioxide out
- humidifier | moistening chamber | water evaporator > wet the inhaled gas | add vapour to the gas
- pressure transducer | manometer | spirometer > follow each breath | sense respiratory effort
- oxygen blender | gas mixer | enrichment stage > set the oxygen fraction | admix pure oxygen
- breathing tube | corrugated hose | patient circuit > lead gas to the patient | join pump and mask
- trigger circuit | breath detector | synchroniser > detect an inhalation | time the support
- bacterial filter | microbe barrier | hygienic cartridge > retain germs | keep pathogens back
material silicone | polycarbonate | a polyester knit | brass
gain improved patient comfort | easier weaning | steadier tidal volume | fewer false apnoea alarms
medium breathing gas | inhaled air | respiratory flow
range airway pressure|mbar|3|40 ; inspiratory time|s|1|4 ; gas flow|l/min|5|120
= endoscope | borescopic viewing instrument for body cavities | flexible scope
ipc A61B1/00 A61B1/005 A61B1/05 A61B1/06 ; G02B23/24 G02B23/26
shares cleaning seal calibration cooling coupling image
- bending section | deflectable tip | articulated neck > turn the view | steer inside the cavity
- image sensor | camera chip | imaging chip > capture tissue pictures | record the mucosa
- light guide | illumination fibre | fibre bundle > light up the cavity | lead lamp light in
- working channel | instrument lumen | biopsy duct > admit forceps | pass a surgical tool
- insertion tube | flexible shaft | probe sheath > enter the body | slide along the bowel
- control handle | operating grip | manual body > pull the wires | give the surgeon control
- pull wire | angulation cable | tendon > tilt the tip | pass on hand movements
- objective lens | front lens group | distal window > focus the tissue | widen the field of view
- suction port | aspiration outlet | drain nozzle > remove fluid from the lens | evacuate mucus
material tungsten wire | fluoropolymer | sapphire | epoxy
gain sharper tissue images | shorter examinations | lower risk of infection | a thinner probe
medium tissue | mucosa | body fluid
range bending angle|degrees|60|210 ; outer diameter|mm|2|13 ; frame rate|Hz|15|120
= membrane filtration plant | desalination module | ultrafiltration apparatus
ipc B01D61/08 B01D61/12 B01D63/02 B01D65/02 ; C02F1/44 C02F1/00
shares leak cleaning flow seal corrosion harvesting
- hollow fibre | capillary membrane | porous tubule > hold back dissolved salt | reject colloids
- pressure vessel | membrane housing | module shell > contain the raw water | enclose the modules
- feed pump | high-pressure pump | booster > push raw water in | overcome the osmotic pressure
- spacer net | feed mesh | turbulence grid > hold membranes apart | stir up the boundary layer
- concentrate outlet | brine port | retentate line > drain the salty residue | carry brine away
- permeate collector | product tube | clean water header > gather purified water | collect filtrate
- backwash tank | rinse reservoir | flushing store > supply rinse water | feed reverse pulses
- dosing station | antiscalant feeder | chemical injector > add scale inhibitor | dose acid
- turbidity meter | conductivity probe | salt sensor > watch the product quality | measure salinity
material polyethersulfone | polyester fleece | duplex steel | epoxy resin
gain less fouling | higher salt rejection | lower energy demand per litre | longer membrane life
medium raw water | seawater | feed stream
range transmembrane pressure|bar|1|65 ; pore size|nm|8|400 ; recovery rate|percent|30|85
= robot gripper | grasping end effector | manipulator hand
ipc B25J15/00 B25J15/06 B25J15/08 B25J19/02 ; B25J9/16 B25J13/08
shares calibration wear coupling prediction image vibration
- finger | clamping jaw | gripping claw > pinch the workpiece | hold an object from two sides
- suction cup | vacuum pad | bellows sucker > lift smooth parts | adhere to a flat surface
- tactile skin | force pad | slip sensor > feel the contact | notice an object that slips
- linear actuator | spindle drive | jaw motor > close the hand | set the clamping stroke
- wrist | rotary flange | swivel joint > orient the hand | turn the object held
- ejector | vacuum generator | suction pump > draw air from the cup | create the holding force
- grasp planner | pick computer | pose estimator > choose a grip point | plan the approach path
- tendon | finger cable | drive cord > curl the phalanx | pull the knuckle
- compliance element | spring hinge | flexure > give way on impact | adapt to the outer contour
material silicone elastomer | aluminium | nitrile rubber | spring steel
gain gentler handling | faster cycle times | a safe grip on odd shapes | fewer dropped parts
medium workpiece | object | item to be picked
range gripping force|N|5|320 ; jaw stroke|mm|8|140 ; payload|kg|1|35
= powder bed printer | additive manufacturing system | laser sintering machine
ipc B29C64/153 B29C64/20 B29C64/268 B29C64/393 ; B33Y30/00 B33Y10/00
shares cooling image prediction calibration seal cleaning
- recoater | levelling blade | spreading roller > spread a fresh layer | smooth the powder
- laser scanner | beam deflector | galvanometer mirror > trace each contour | melt selected grains
- build platform | lowering table | part carrier > sink by one layer | bear the growing part
- powder reservoir | feedstock bin | supply chamber > stock fresh grains | dispense a dose of grains
- process chamber | inert enclosure | build space > keep oxygen out | surround the melt
- heating lamp | infrared emitter | radiant panel > preheat the layer | avoid warping
- melt pool camera | pyrometer | layer thermograph > watch the molten spot | log the layer heat
- slicing program | layer generator | path planner > divide the model | derive scan vectors
- gas knife | fume extractor | shielding stream > blow spatter aside | clear smoke off the lens
material polyamide powder | quartz glass | ceramic fibre | argon
gain denser parts | less distortion | finer surface detail | shorter build times
medium powder | feedstock | granular material
range layer thickness|µm|20|180 ; laser power|W|60|950 ; bed temperature|°C|70|240
= vehicle brake | wheel brake system | automotive deceleration device
ipc B60T8/17 B60T13/74 B60T8/88 B60T17/22 ; F16D65/12 F16D55/226
shares vibration wear noise cooling prediction harvesting
- brake disc | friction rotor | annular brake plate > turn with the wheel | take up friction heat
- caliper | brake saddle | clamping bracket > straddle the rotor | press from both sides
- friction pad | brake lining | shoe > rub on the rotor | convert motion into heat
- master cylinder | pressure source | booster > build up line pressure | amplify foot force
- wheel speed sensor | tone ring pickup | encoder > detect an imminent skid | count wheel turns
- parking actuator | electric spindle | holding motor > lock the parked car | hold on a slope
- slip controller | anti-lock computer | brake manager > limit wheel slip | modulate each wheel
- brake pedal | foot lever | actuation pedal > read the driver demand | start a stop
- return spring | retraction clip | pad expander > lift the pads off | cut residual drag
material grey iron | carbon ceramic | phenolic resin | stainless steel
gain shorter stopping distance | less fade | a firm pedal feel | lower residual drag
medium wheel | axle | moving vehicle
range line pressure|bar|20|180 ; rotor thickness|mm|9|36 ; slip ratio|percent|6|24
= parcel sorter | conveyor sorting system | goods distribution line
ipc B65G47/46 B65G47/53 B65G43/08 B65G15/30 ; B07C3/08 B07C5/36
shares image wear prediction noise harvesting telemetry
- belt | carrying band | endless strap > move the parcels | carry items forward
- diverter | pusher arm | swing gate > shove a parcel aside | branch items off the line
- barcode reader | label scanner | address camera > read the destination | identify each parcel
- chute | slide | target lane > receive sorted goods | lead parcels to a sack
- induction station | gap controller | merging unit > space the parcels | put items on the line
- tilt tray | tipping carrier | crossbelt cart > drop its load sideways | tip at the target
- drive pulley | motorised roller | head drum > pull the band | propel the line
- weighing scale | load cell bridge | mass checker > find the parcel mass | check declared loads
- route server | sortation host | destination planner > assign a lane | book the parcel
material woven polyester | natural rubber | sheet metal | polyurethane
gain fewer missorts | higher hourly throughput | gentler parcel transfer | a smaller footprint
medium parcel stream | mail | piece goods
range belt speed|m/s|1|4 ; item gap|mm|90|700 ; item mass|kg|1|50
= adhesive tape | pressure-sensitive bonding sheet | self-sticking strip
ipc C09J7/38 C09J133/08 C09J7/22 C09J11/06 ; C08L33/08 C08G18/62
shares corrosion vibration seal cooling image leak
- tacky layer | bonding film | sticky coat > wet the substrate | grip rough faces
- backing | carrier film | support foil > bear the coating | give tear strength
- release liner | cover paper | peelable sheet > protect the sticky face | come off before use
- acrylic polymer | acrylate copolymer | ester resin > provide cohesion | set the shear strength
- tackifier | rosin ester | hydrocarbon resin > raise the initial tack | soften the coat
- crosslinker | curing agent | isocyanate hardener > join the chains | harden under heat
- primer | bonding promoter | silane coat > anchor the layers | couple to glass
- microsphere | hollow bead | expandable particle > foam on heating | allow clean removal
- filler | mineral additive | silica grain > stiffen the coat | lower the cost
material ethyl acetate | polyester | natural rubber | fumed silica
gain residue-free removal | stronger peel adhesion | better ageing under heat | low odour
medium substrate | surface to be joined | bond line
range coating weight|g/m²|8|120 ; peel force|N/cm|1|18 ; gel content|percent|15|75
= bioreactor | cell culture vessel | fermentation apparatus
ipc C12M1/00 C12M1/34 C12M3/00 C12M1/06 ; C12N5/07 C12N1/20
shares flow leak cleaning calibration telemetry seal
- impeller | stirrer | paddle > mix the broth | suspend the cells
- sparger | gassing ring | bubble frit > bring oxygen into solution | strip carbon dioxide
- culture bag | disposable liner | single-use pouch > hold the medium | keep the batch sterile
- glucose probe | metabolite sensor | lactate analyser > track the nutrients | judge cell growth
- perfusion filter | cell retention device | settling cone > keep cells back | remove waste
- nutrient pump | feeding line | substrate doser > refresh the broth | dose amino acids
- water jacket | thermostat coil | tempering shell > hold body temperature | warm the broth
- sampling port | aseptic valve | withdrawal lock > draw a sample | stay germ-free
- growth model | batch controller | feed strategy module > plan the feed | steer the growth
material polyethylene | borosilicate glass | stainless steel | silicone
gain higher cell density | a better product titre | less shear stress on cells | fewer lost batches
medium culture broth | cell suspension | nutrient solution
range stirring speed|rpm|20|480 ; dissolved oxygen|percent|15|70 ; batch time|h|20|380
= strip annealing line | steel sheet heat treatment plant | continuous furnace for metal bands
ipc C21D9/56 C21D8/02 C21D1/76 C21D11/00 ; C22C38/04 C22C38/12
shares cooling image corrosion wear prediction calibration
- soaking zone | annealing chamber | holding furnace > even out the heat | recrystallise the grain
- quench header | gas jet cooler | spray beam > chill the sheet | freeze the structure
- hearth roll | furnace roller | carrying roll > guide the sheet | bear the hot band
- radiant tube | burner pipe | heating element > heat the sheet | burn fuel indirectly
- skin pass stand | temper mill | levelling cassette > flatten the sheet | set the roughness
- galvanising pot | zinc bath | dip tank > coat the sheet | apply molten zinc
- alloy | manganese steel | dual-phase composition > form martensite | keep ferrite ductile
- dew point controller | atmosphere regulator | hydrogen feed > stop scale | reduce oxides
- looper | strip accumulator | coil buffer > bridge a coil change | take up slack
material refractory brick | chromium | fused silica | hydrogen
gain higher tensile strength | an even grain structure | a scale-free surface | better flatness
medium steel sheet | metal band | strip
range soaking temperature|°C|680|910 ; line speed|m/min|40|220 ; carbon content|ppm|20|900
= washing machine | laundry appliance | textile cleaning apparatus
ipc D06F37/20 D06F37/26 D06F39/00 D06F39/08 ; D06F33/32 D06F58/20
shares vibration noise leak flow seal telemetry
- drum | laundry basket | perforated tub insert > tumble the clothes | spin water out
- tub | suds container | outer vessel > collect the lye | surround the basket
- door gasket | porthole bellows | loading collar > close off the loading hatch | bridge the gap
- detergent drawer | dispensing tray | soap box > rinse in powder | dose the softener
- drain pump | lye pump | emptying impeller > empty the suds | lift water to the sewer
- counterweight | concrete ballast | balance mass > steady the suspended group | add inertia
- lint filter | fluff trap | pump sieve > catch buttons | retain loose fibres
- load estimator | fabric classifier | laundry scale > weigh the clothes | pick a programme
- heater rod | immersion element | steam maker > warm the lye | raise steam for creases
material deep-drawn sheet | polypropylene | concrete | rubber
gain less water consumption | gentler fabric care | higher spin speed | fewer creases
medium laundry | garment | wash load
range spin speed|rpm|400|1600 ; lye temperature|°C|20|92 ; water level|cm|6|32
= paper machine | board forming line | web production plant for cellulose pulp
ipc D21F1/02 D21F3/02 D21F5/02 D21F7/06 ; D21G1/00 D21G9/00
shares vibration wear flow cleaning image harvesting
- headbox | stock distributor | slice nozzle > spread the stock | form an even jet
- forming wire | drainage fabric | fourdrinier screen > drain the fibres | lay the wet sheet
- press nip | shoe press | dewatering roll pair > squeeze water out | compact the sheet
- drying cylinder | steam drum | yankee dryer > evaporate moisture | heat the damp sheet
- felt | press blanket | absorbent fabric > carry the sheet | soak up water
- calender | smoothing roll stack | glazing stage > gloss the sheet | equalise the caliper
- doctor blade | scraper bar | creping knife > peel the sheet off | scrape the roll face
- reel spool | winder | parent roll stand > roll up the sheet | build a jumbo
- basis weight gauge | moisture scanner | traversing frame > profile the sheet | map the grammage
material bronze | woven monofilament | chilled iron | polyurethane
gain a uniform fibre formation | fewer web breaks | lower steam consumption | brighter sheets
medium fibrous web | pulp suspension | paper sheet
range web speed|m/min|300|2100 ; basis weight|g/m²|30|280 ; nip load|kN/m|60|1200
= drilling assembly | well boring tool | downhole rotary drill
ipc E21B7/06 E21B10/43 E21B17/10 E21B44/00 ; E21B47/12 E21B47/01
shares vibration wear telemetry harvesting seal prediction
- drill bit | cutting crown | roller cone head > crush the rock | shear the formation
- mud motor | progressive cavity drive | downhole turbine > spin the crown | drive below a bend
- drill string | pipe column | tubular train > pass torque down | bear the hook load
- stabiliser | centring blade | gauge pad > centre the tool in the hole | hold the course
- measuring sub | survey collar | logging tool > find the inclination | log gamma counts
- mud pulser | siren valve | pressure signaller > send data uphole | modulate the mud column
- blowout preventer | wellhead ram | annular closure > shut the hole in | hold back a gas kick
- rotary steering head | push pad set | bias joint > curve the path | point to the target
- casing shoe | liner hanger | cement float > finish the hole | anchor the pipe
material polycrystalline diamond | forged monel | tungsten carbide | nitrile rubber
gain a faster rate of penetration | a smoother borehole | fewer trips | better hole direction
medium rock formation | borehole | subsurface rock
range weight on bit|kN|20|240 ; mud flow|l/min|500|3800 ; hole diameter|mm|120|660
= electronic lock | keyless door latch | access control fitting
ipc E05B47/00 E05B47/06 E05B49/00 E05B63/00 ; G07C9/00 G07C9/20
shares encryption harvesting telemetry corrosion noise calibration
- bolt | latch tongue | locking bar > enter the strike | hold the leaf shut
- cylinder | plug core | rotor barrel > turn the cam | take up a key
- badge reader | transponder coil | card antenna > read a credential | question a tag
- solenoid | blocking magnet | clutch motor > free the knob | couple the spindle
- knob | turning handle | lever > be turned by hand | retract the tongue
- strike plate | keeper | frame receiver > receive the tongue | align the leaf
- fingerprint pad | biometric scanner | face camera > recognise the visitor | verify a person
- tamper switch | drill guard | attack sensor > notice a break-in | report prying
- rights table | access list | permission store > decide who may enter | hold time windows
material hardened steel | die-cast zinc | brass | a button cell
gain safer entry | longer cell life | simple rekeying | resistance to picking
medium door | entrance | leaf
range opening time|ms|80|900 ; supply voltage|V|2|12 ; reading distance|mm|4|90
= gas turbine | combustion turbine engine | turboshaft power plant
ipc F01D5/18 F01D9/02 F01D11/08 F01D25/12 ; F02C7/18 F02C9/28
shares cooling seal vibration prediction wear noise
- rotor blade | turbine bucket | airfoil > extract work from hot gas | turn the shaft
- guide vane | stator nozzle | stationary airfoil > deflect the gas | set the swirl
- combustor | annular burner | flame tube > burn the fuel | release heat
- shroud | tip ring | casing liner > bound the flow path | narrow the tip gap
- compressor stage | axial blower | bladed disk > compress intake air | raise the pressure ratio
- film hole | effusion bore | cooling slot > shield the metal from heat | bleed air over the skin
- fuel injector | swirl nozzle | premix lance > atomise kerosene | mix fuel and air
- exhaust diffuser | outlet cone | tail duct > recover pressure | slow the exhaust
- clearance probe | tip timing sensor | blade pickup > observe the gap | count blade passages
material a single-crystal casting | zirconia | a nickel alloy | silicon carbide
gain higher firing temperature | lower nitrogen oxide emission | better part load efficiency
medium hot gas | working gas | combustion air
range inlet temperature|°C|900|1650 ; pressure ratio|to 1|8|42 ; shaft speed|rpm|3000|18000
= wind turbine | wind energy converter | aerogenerator
ipc F03D7/02 F03D7/04 F03D1/06 F03D17/00 ; F03D80/40 F03D80/80
shares vibration prediction noise corrosion telemetry cooling
- rotor blade | wing | aerodynamic vane > catch the wind | drive the hub
- nacelle | machine house | tower head > house the drive train | swing into the breeze
- pitch drive | blade angle motor | feathering gear > feather in a gust | set the angle of attack
- yaw drive | azimuth motor | slewing ring > face the wind | untwist the cables
- tower | mast | lattice column > raise the hub | stand on the foundation
- gearbox | planetary transmission | speed increaser > step up the hub speed | match the generator
- anemometer | wind vane | doppler wind profiler > sense the wind ahead | predict a gust
- converter | grid inverter | power electronics cabinet > feed the grid | hold the grid frequency
- heating mat | ice remover | blade defroster > melt ice off the skin | shed frost
material glass fibre | epoxy | balsa wood | cast iron
gain higher annual yield | lower tower loads | safe running in storms | less wake loss
medium wind | air stream | gust
range hub height|m|60|170 ; rated power|kW|600|8500 ; blade angle|degrees|1|88
= heat pump | refrigeration circuit | air conditioning plant
ipc F25B30/02 F25B49/02 F25B13/00 F25B43/00 ; F24F11/83 F24F1/00
shares leak noise flow prediction coupling vibration
- compressor | scroll unit | refrigerant pump > compress the vapour | lift the condensing pressure
- evaporator | outdoor coil | heat source exchanger > take heat from outside | boil the fluid
- condenser | gas cooler | indoor coil > give heat to a room | liquefy the vapour
- expansion valve | throttle | capillary restrictor > drop the pressure | meter the liquid
- reversing valve | four-way slide | mode switch > swap heating and chilling | start a defrost
- accumulator | suction separator | liquid trap > stop liquid slugs | store surplus fluid
- oil separator | lubricant return | oil catcher > send oil back | clear oil from vapour
- superheat regulator | capacity controller | inverter board > match the demand | trim superheat
- fan coil | draught blower | ventilator grille > move room air | spread conditioned air
material propane | finned aluminium | copper | closed-cell foam
gain a better seasonal performance | shorter defrost cycles | steady room warmth | less charge
medium refrigerant | working fluid | heat carrier
range evaporating temperature|°C|2|14 ; superheat|K|2|11 ; fluid charge|g|150|2400
= gas sensor | fume analyser | instrument for detecting airborne compounds
ipc G01N27/12 G01N27/407 G01N33/00 G01N21/35 ; G01N1/22 G01N1/24
shares calibration telemetry harvesting corrosion flow leak
- sensing film | metal oxide layer | receptive coating > change its resistance | bind a molecule
- micro hotplate | heated membrane | thin film heater > warm the layer | desorb residues
- electrode pair | interdigital contact | comb electrode > pick up the current | bias the layer
- infrared source | emitter diode | modulated lamp > shine through the sample | excite absorption
- sample cell | measuring cuvette | optical cavity > hold the sample | fold the light path
- reference channel | dark detector | compensation cell > cancel drift | remove moisture effects
- inlet filter | charcoal screen | dust membrane > keep dust out | hold interfering vapour
- odour classifier | pattern evaluator | response matcher > name the compound | tell smells apart
- alarm stage | warning relay | threshold comparator > warn people | trip at a limit
material tin oxide | etched silicon | palladium | alumina ceramic
gain lower detection limits | less cross-sensitivity | quick response | small baseline drift
medium sample gas | ambient air | vapour mixture
range film temperature|°C|120|480 ; concentration|ppm|2|900 ; response time|s|1|60
= lidar scanner | laser range finder | optical distance imager
ipc G01S7/481 G01S7/497 G01S17/89 G01S17/93 ; G02B26/10 G02B26/08
shares calibration vibration cleaning cooling encryption image
- laser diode | pulsed emitter | light source array > emit short pulses | send coded flashes
- scanning mirror | oscillating reflector | polygon wheel > sweep the beam | cover the scene
- photodetector | avalanche receiver | photon counter > receive echoes | count single photons
- time converter | interval counter | correlator > time the echo | derive the distance
- receiving lens | collecting lens | aperture > gather faint echoes | focus the return
- point cloud processor | object tracker | scene segmenter > group the echoes | follow road users
- window | exit pane | optical cover > shield the optics | let the beam pass
- interference rejector | echo discriminator | ghost filter > drop false echoes | discard glare
- ego motion estimator | inertial reference | pose tracker > straighten the scan | merge frames
material antireflective glass | gallium nitride | silicon | magnesium
gain longer detection range | denser point clouds | eye-safe operation | few false echoes
medium scene | target | road ahead
range pulse width|ns|1|20 ; scan angle|degrees|20|300 ; wavelength|nm|850|1560
= key management server | cryptographic key distribution system | secure credential broker
ipc H04L9/08 H04L9/14 H04L9/40 H04L67/10 ; G06F21/60 G06F21/62
shares encryption telemetry prediction flow calibration coupling
- key store | secret vault | protected repository > retain secrets | guard the root of trust
- session negotiator | handshake module | exchange agent > agree on a secret | open a tunnel
- random source | entropy collector | noise generator > seed new secrets | gather randomness
- policy manager | rights evaluator | rule base > grant a request | apply usage rules
- revocation list | blocked certificate register | expiry ledger > void stolen keys | bar old keys
- client agent | endpoint daemon | terminal proxy > ask for a key | renew a lease
- audit log | event journal | tamper-evident record > document each access | prove past use
- share splitter | threshold divider | secret partitioner > split a secret | restore from shares
- replica | standby node | mirrored cluster member > take over after a crash | copy the state
material a trusted enclave | flash memory | signed firmware | a hardened kernel
gain stronger secrecy | fewer round trips | fast recovery after a breach | simple key rollover
medium message traffic | data | network session
range key length|bits|128|4096 ; key lifetime|minutes|5|1400 ; request rate|per second|50|9000
= battery pack | traction accumulator | electrochemical storage module
ipc H01M10/613 H01M10/48 H01M50/20 H01M50/30 ; H02J7/00 H02J7/02
shares cooling seal prediction vibration telemetry coupling
- cell | pouch element | prismatic accumulator > store charge | deliver current
- separator | porous foil | ion-permeable sheet > part the electrodes | let ions through
- busbar | cell connector | conductor strip > join the poles | sum the current
- cathode | positive electrode | nickel oxide layer > take up lithium | give capacity
- burst vent | degassing flap | relief disc > free hot vapour | stop a rupture
- state estimator | charge gauge | capacity observer > track the charge | assess ageing
- balancing circuit | equaliser | bleed resistor bank > even out the cells | shift charge
- contactor | pyrotechnic fuse | main relay > cut the circuit | isolate a fault
- end plate | compression frame | tension band > clamp the stack | counter swelling
material copper foil | aluminium | silicone gel | mica
gain longer cycle life | higher energy density | a lower fire hazard | faster charging
medium charge | current | lithium
range cell voltage|mV|2600|4350 ; charging rate|amperes|20|480 ; stack pressure|kPa|30|600
= electric motor | rotating electrical machine | permanent magnet drive
ipc H02K1/27 H02K5/20 H02K9/19 H02K3/24 ; H02P6/18 H02P21/22
shares cooling vibration noise wear seal calibration
- stator | laminated core | armature yoke > carry the flux | hold the winding
- rotor | magnet wheel | spinning armature > follow the field | give shaft torque
- winding | hairpin coil | copper conductor > produce a field | carry phase current
- magnet | rare earth block | pole piece > excite the gap | supply flux
- bearing shield | motor cover | flange > bear the shaft | close the casing
- position encoder | resolver | hall probe > find the angle | time the commutation
- inverter | power bridge | drive stage > feed the phases | chop the supply
- slot liner | insulating paper | slot wedge > isolate the copper | hold wires in place
- field-oriented regulator | torque controller | current loop > set the torque | weaken the field
material electrical steel | varnish | copper | glass fibre
gain higher torque density | lower iron loss | smooth torque | cheaper assembly
medium shaft | magnetic field | load
range air gap|µm|300|2400 ; shaft torque|Nm|2|640 ; pole count|poles|4|48
= radio base station | wireless access node | cellular scheduling apparatus
ipc H04W72/04 H04W28/02 H04W36/00 H04W52/02 ; H04B7/04 H04B17/10
shares encryption prediction calibration cooling telemetry harvesting
- scheduler | resource allocator | slot planner > assign time slots | share the spectrum
- antenna array | beamforming panel | radiator group > steer a lobe | serve a sector
- handset | mobile terminal | subscriber device > request a grant | report the channel
- channel estimator | pilot evaluator | fading tracker > learn the channel | follow fading
- handover manager | mobility controller | cell reselector > move a call | pick a neighbour
- power amplifier | transmit chain | linearised stage > drive the mast | boost the carrier
- retransmission buffer | packet queue | error repair stage > resend lost packets | smooth bursts
- backhaul link | core gateway | transport interface > reach the core | relay payload
- interference canceller | blanking unit | neighbour muter > suppress crosstalk | mute a tone
material gallium nitride | a programmable logic array | a satellite clock | sheet aluminium
gain higher cell capacity | shorter latency | longer handset standby | even coverage
medium radio channel | subscriber traffic | frequency band
range carrier bandwidth|MHz|5|400 ; slot length|µs|60|1000 ; transmit power|W|1|80
"""
