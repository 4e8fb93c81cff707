"""What the sample asks and tells, as text: subjects, angles and sentences of six domains.

Parsed by ``vocabulary``. A block per domain: ``asks`` how subject and angle make a query,
``subject`` names with the most usual first, then facts behind ``:``; ``angle`` ways to say it;
``says`` sentences. In them ``{S}`` is a subject, ``{A}`` an angle, ``{F}`` a fact, ``{N}`` the name
of a product or person and ``{2-9}`` a number in that range. ``|`` separates ways to say one thing,
``;`` facts. A line that begins with a blank goes on with the one above.
"""

TOPICS = """\
domain retail
asks {S} {A}
subject desk fan | table blower : three speed steps ; a tilting head ; a grille that comes off for
  washing ; a timer of eight hours ; a clamp for the table edge
subject reading lamp | book light : five levels of warm light ; a bendable neck ; a rechargeable
  cell ; a weighted foot ; a touch switch that remembers its level
subject lunch box | meal container : three separate trays ; a lid with four clips ; a steam vent ;
  a band that holds cutlery ; walls that keep soup warm
subject rain jacket | waterproof coat : taped seams ; a hood with a stiff brim ; vents below the
  arms ; reflective piping ; a pocket that the coat folds into
subject coffee grinder | bean mill : steel burrs ; forty steps from fine to coarse ; a jar that
  holds sixty grams ; a handle that folds away ; a quiet gear
subject yoga mat | exercise pad : a ribbed underside ; lines that show where to stand ; a strap
  for the shoulder ; a surface that grips when damp ; six millimetres of foam
subject bicycle bag | pannier : a roll top ; hooks that lock on the rack ; a loop for a rear light
  ; an inner sleeve ; welded corners
subject storage basket | woven bin : two stitched handles ; a removable lining ; a folded rim ; a
  label holder ; walls that stand without help
subject garden hose | watering line : brass couplings ; a nozzle with seven patterns ; a kink
  guard ; a wall reel ; a hose that drains before frost
subject travel pillow | neck cushion : a cover that goes in the wash ; a toggle to set the width ;
  memory foam ; a pouch for the strap ; a flat back
subject wall clock | silent clock : a sweeping hand ; large numerals ; a wooden frame ; a hook
  that levels itself ; a dial that glows for hours
subject water bottle | drinking flask : a leak-proof cap ; a wide mouth for ice ; a powder coat
  that does not slip ; a straw lid ; double walls
angle for a small bedroom | where space is short
angle for students | on a tight budget
angle for long journeys | while you travel
angle for older hands | with weak grip
angle for the garden | to use outdoors
angle for a quiet office | without disturbing colleagues
angle for children | that survives the playground
angle for winter | when days are cold and dark
angle as a gift | to give to a friend
angle made of recycled material | from reclaimed waste
says The {N} is a {S} {A}, and it was planned for exactly that.
says Those who look for a {S} {A} get {F} and {F} here.
says Its maker adds {F}, which most products of this price leave out.
says In daily use {F} matters more than looks, and buyers notice it within a week.
says It weighs {180-900} grams and ships in a box without plastic.
says A {S} should not need a manual, and this one is ready after {2-9} minutes.
says Spare parts stay on sale for {5-15} years, so a broken piece does not end its life.
says {N} tested it in {20-300} households before the first one was sold.
says Whoever wants it {A} will like {F}.
says The colour is muted, the edges are round, and nothing rattles when it is carried.
says The {S} comes with {F}; a version without it costs a little less.
says Returns are free for {30-120} days, and {N} answers mail within two.
says One buyer uses it {A} and writes that {F} has not worn yet.
says Between {F} and {F}, little is left to wish for.
says It is important to note that a {S} of this kind is able to do numerous things {A}; it
  utilizes {F} in order to do them.
says Prior to its first use, {N} facilitates the choice by means of {F}.
domain videogames
asks {S} {A}
subject farming game | crop growing simulation : seasons that change the prices ; animals with
  moods ; a market on Saturdays ; seeds that can be crossed ; a river that floods
subject space strategy | fleet command game : a map of ninety stars ; trade treaties ; ships built
  part by part ; spies ; battles that can be paused
subject puzzle platformer | jump and think game : levels that fold ; a helper that copies each
  move ; no timers ; hidden rooms ; hints that cost nothing
subject racing game | driving simulation : forty tracks ; weather that turns in a lap ; tyres that
  wear ; ghosts of friends ; a photo mode
subject detective adventure | mystery story game : witnesses who lie ; a board for clues ; four
  endings ; a city at night ; voices in three languages
subject city builder | town planning game : roads drawn freehand ; citizens with jobs ; power and
  water nets ; fires ; a budget that bites
subject dungeon crawler | cave exploring game : rooms that change ; torches that burn down ; a
  blacksmith ; traps to disarm ; a bestiary
subject fishing game | angling simulation : sixty kinds of fish ; a boat to repair ; tides ;
  recipes ; a lighthouse keeper with errands
subject card battler | deck building duel : three hundred cards ; relics that bend rules ; daily
  challenges ; a ladder ; no packs for money
subject survival game | wilderness endurance game : hunger and cold ; tools that blunt ; shelters
  of wood and snow ; wolves ; a map drawn by hand
subject rhythm game | music timing game : eighty songs ; a custom beat editor ; colour themes ; a
  slow practice mode ; lanes for two hands
subject flight simulator | pilot training game : real cockpits ; storms ; night landings ; cargo
  contracts ; a tower that answers
angle for two players on one sofa | with couch cooperation
angle with a relaxing pace | without any pressure
angle with a deep story | driven by its characters
angle for old laptops | on weak hardware
angle in pixel art | drawn like the eighties
angle with online seasons | played against the world
angle for short sessions | done in ten minutes
angle with difficult bosses | for those who like to fail
angle for the whole family | that grandparents can play
angle that can be modded | open to player-made content
says {N} is a {S} {A}.
says As a {S} it offers {F}, {F} and a soundtrack of {12-60} pieces.
says The campaign lasts about {6-80} hours, and a second run differs because of {F}.
says Players who want a {S} {A} will find that {F} carries the middle of it.
says The studio of {3-40} people listened to testers and added {F}.
says Controls can be changed freely, text can be enlarged, and progress is saved at any moment.
says {F} may sound simple, yet it shapes every decision after the first evening.
says An update brought {F} and repaired {10-200} faults.
says It runs well {A}, and a free demo lets everyone check.
says There are no advertisements, and the full game is one purchase.
says On the shelf of any {S} fan it stands beside the classics, although {F} sets it apart.
says Anyone who has tried it {A} reports that {F} works best in the evening.
says Sound and light react to {F}, which makes even small steps feel new.
says Of {900-20000} players in the trial, most praised {F}.
says In order to master this {S}, players frequently utilize {F}; subsequently they obtain {F}.
says The {S} possesses {F} in addition to approximately {9-60} side tasks.
domain books
asks {S} {A}
subject family saga | chronicle of three generations : a feud over a mill ; letters found in a
  wall ; a wedding nobody wanted ; a debt that is inherited ; a house sold twice
subject crime novel | murder mystery : a missing ledger ; a retired inspector ; an alibi made of
  music ; a locked boathouse ; a witness aged nine
subject travel memoir | account of a long walk : blisters and borrowed beds ; a donkey named Ferry
  ; a map with holes ; songs of the road ; a border closed at dusk
subject cookbook | collection of recipes : bread that rises overnight ; soups for twenty ; pickles
  ; menus by season ; leftovers that improve
subject love story | romance : a dance class ; a ferry missed on purpose ; two rival bakers ; a
  borrowed umbrella ; a promise kept late
subject science primer | introduction to physics : experiments with string ; a chapter on tides ;
  drawings in the margin ; puzzles with answers ; the history of zero
subject ghost story | tale of a haunting : a bell without a rope ; footprints that start midway ;
  a room painted each spring ; a polite spirit ; fog
subject biography | life of an engineer : notebooks in cipher ; a bridge that failed ; a rival in
  the ministry ; a late second career ; pupils who became famous
subject fantasy novel | tale of magic : a guild of mapmakers ; dragons that trade ; a tax on
  spells ; a winter that speaks ; twins who share one shadow
subject poetry collection | volume of verse : short lines ; a cycle about rain ; translations on
  facing pages ; poems made of lists ; a long elegy
subject history of trade | account of merchants : salt roads ; false weights ; a bank founded on
  wool ; pirates with contracts ; the price of pepper
subject gardening guide | handbook for growers : a calendar of sowing ; soil tests ; pruning
  drawings ; friends and foes of the bean ; compost
angle set in a harbour town | in a port by the sea
angle for young readers | that children of ten can follow
angle in short chapters | to read on the train
angle told by a woman | in her own voice
angle about forgiveness | on making peace
angle from the nineteenth century | in the age of steam
angle with a happy ending | that closes on a smile
angle set in the mountains | between high passes
angle with illustrations | full of drawings
angle by a first-time author | as a debut
says {N} is a {S} {A}.
says At its heart stand {F} and {F}.
says The author {N} worked {3-12} years on it, and the care shows.
says Readers of a {S} {A} meet {F} before page {20-60}.
says What begins with {F} turns slowly into something larger.
says The language is plain, the pace is patient, and the humour is dry.
says Critics praised {F}, while book clubs argued about the end.
says This edition has {140-620} pages and an afterword on sources.
says It can be read alone, although a second volume takes up {F}.
says Because it is written {A}, it suits long evenings.
says A chapter on {F} can be read on its own, and teachers do so.
says Those who look for a {S} {A} seldom find {F} in the same volume.
says The translator kept {F} as strange as it is in the original.
says Between {F} and {F} lies a quiet part that rewards a second reading.
says Due to the fact that {F} is told twice, readers of a {S} frequently anticipate {F}.
says Prior to this volume {N} had written numerous shorter ones; subsequently {F} became the main
  theme.
domain web
asks how do I {S} {A}?
subject descale a kettle | remove limescale from a kettle : one part vinegar to two parts water ;
  a rinse with fresh water ; twenty minutes of rest ; a soft brush ; citric acid
subject repot a houseplant | move a plant to a larger pot : a pot two fingers wider ; loose roots
  ; drainage holes ; fresh soil ; a week without fertiliser
subject patch a bicycle tube | repair a flat tyre : a little sandpaper ; thin glue ; five minutes
  of waiting ; a bowl of water to find bubbles ; a firm thumb
subject sharpen a kitchen knife | hone a blunt blade : an angle of twenty degrees ; a wet stone ;
  even strokes ; a leather strap ; a test on paper
subject unclog a sink | free a blocked drain : a plunger ; hot water ; a bucket below the trap ; a
  bent wire ; baking soda
subject sew on a button | attach a loose button : a double thread ; a match as spacer ; six passes
  through each hole ; a knot at the back ; a thimble
subject season an iron pan | treat cast iron : a thin coat of oil ; an hour in the oven ; a
  lint-free cloth ; slow cooling ; no soap
subject insulate a window | stop a draught : a strip of foam ; clean dry frames ; a sheet of clear
  film ; a hair dryer ; a candle to find gaps
subject clean a mattress | freshen up a bed : a vacuum with a narrow nozzle ; soda left overnight
  ; cold water for stains ; hours of sun ; a cover that is washed hot
subject store potatoes | keep tubers fresh : a dark crate ; eight degrees ; no onions beside them
  ; paper between layers ; a weekly look
subject hang a heavy mirror | mount a large frame : a wall plug of the right size ; a level ; two
  hooks ; a pencil mark ; a second pair of hands
subject start a compost heap | make compost : dry leaves ; kitchen scraps ; a layer of twigs ; air
  ; a fork to turn it
angle without special tools | with what is at home
angle on a small budget | for hardly any money
angle in a rented flat | as a tenant
angle for the first time | as a beginner
angle without harsh chemicals | in a gentle way
angle in winter | during the cold months
angle in under an hour | when time is short
angle with children around | in a busy household
angle so that it lasts | with a durable result
angle when alone | with one pair of hands
says Here is how to {S} {A}.
says To {S} you need {F} and {F}.
says Start with {F}, and do not hurry this step.
says Most mistakes happen when {F} is forgotten.
says If you want to {S} {A}, plan about {15-90} minutes.
says {N}, who teaches repair courses, recommends {F}.
says After {3-30} days have a look whether the result holds.
says A common question is whether {F} can be replaced; it can, but the result is weaker.
says In a survey of {90-900} households most people tried this once and then gave up too early.
says Finish with {F}, and put everything away dry.
says Whoever has to {S} {A} should prepare {F} the evening before.
says {N} once tried it without {F} and had to begin again.
says The cost is small: {F} is all that must be bought, for about {2-20} coins.
says Some guides add {F}, others leave it out; both ways work.
says In order to {S} {A}, it is important to note that {F} facilitates the work; obtain it prior
  to the first step.
says Numerous guides demonstrate {F} by means of pictures, whereas {N} utilizes {F}.
domain news
asks What did {A} decide about {S}?
subject the harbour tram | the tram line to the docks : a second track ; stops for wheelchairs ; a
  bridge of steel ; trains every eight minutes ; a loan over thirty years
subject the night market | evening stalls in the square : sixty stalls ; music until ten ; a
  deposit on cups ; a fee for traders ; guards at both gates
subject the flood wall | protection against high water : a gate that closes in an hour ; pumps ; a
  path on its crown ; clay from the valley ; sirens
subject the old cinema | the closed picture house : a roof that leaks ; red seats ; a rent of one
  coin ; a film school ; heat from the river
subject school lunches | meals for pupils : food from nearby farms ; a price cap ; two dishes
  without meat ; kitchens in each school ; a tasting board
subject the solar field | the photovoltaic park : sheep below the panels ; shares for residents ;
  a cable of nine kilometres ; a hedge ; batteries
subject bus fares | the price of a ride : free rides for pupils ; a day pass ; fewer zones ; cards
  instead of coins ; a subsidy
subject the public library | the town's reading rooms : open Sundays ; tools to lend ; a roof
  garden ; quiet cabins ; a new catalogue
subject street lighting | lamps at night : warm light ; lamps that dim after midnight ; sensors ;
  posts of recycled steel ; darker parks
subject the river bath | the swimming place in the stream : a float of timber ; tests of the water
  ; lifeguards ; steps of stone ; a season from May
subject holiday flats | short lets to tourists : a register ; a cap per street ; fines ; a tax per
  night ; inspections
subject the wood depot | the timber yard : fewer lorries ; a quiet saw ; working hours until six ;
  a rail siding ; a dust filter
angle Ostermoor | the town on the moor
angle Velden Bay | the community at the bay
angle Karsholm | the island council
angle Tannried | the valley parish
angle Port Alder | the harbour city
angle Grünau Mills | the mill district
angle Saltby | the salt town
angle Monte Lirio | the hill town
angle Brackwater | the estuary council
angle Nordhaven | the northern port
says {A} has decided about {S}: the council voted with {10-31} to nine.
says The plan for {S} includes {F} and {F}.
says Mayor {N} called {F} the heart of the decision.
says Opponents had asked for {F} instead, and collected {200-9000} signatures.
says Work on {S} in {A} is to begin within {3-40} weeks.
says An expert opinion had warned that {F} would cost more than planned.
says Residents heard of {F} at a meeting that lasted until midnight.
says {N}, a shop owner, hopes that {F} will bring people back.
says The decision can be challenged in court until the end of the month.
says A report on the first {60-200} days is due in autumn.
says The opposition in {A} calls {F} a gift to the next election.
says For {S} the town has set aside {2-90} million, most of it for {F}.
says Neighbouring councils watch {S} closely, as {F} was refused there.
says According to the minutes, {F} was added in the last hour.
says The council commenced its work on {S} in order to obtain {F}; subsequently numerous residents
  requested that {F} be added.
says With regard to {S}, {N} utilized {F} due to the fact that funds were short.
domain debate
asks Should {A} {S}?
subject ban leaf blowers | forbid garden blowers : quieter mornings ; rakes that cost little ;
  jobs of gardeners ; insects in the leaves ; rules that nobody checks
subject make buses free | abolish bus tickets : fuller buses ; a hole in the budget ; less traffic
  ; no more inspectors ; crowded mornings
subject close streets to cars on Sundays | hold days without cars : playing children ; detours for
  nurses ; cleaner air ; fuller cafés ; noise moved elsewhere
subject plant fruit trees in parks | grow fruit in public : free apples ; wasps ; shade in July ;
  pruning each winter ; lessons for schools
subject switch off street lamps after midnight | leave nights dark : stars ; fear on the way home
  ; lower bills ; moths and bats ; insurers who ask questions
subject limit holiday flats | restrict short lets : rents that stop rising ; owners who lose
  income ; neighbours who know each other ; fewer visitors ; black markets
subject tax empty shops | charge for vacant stores : owners who rent faster ; false tenants ;
  livelier streets ; paperwork ; lower rents
subject lower the speed limit to thirty | slow down traffic : fewer deaths ; longer trips ;
  quieter nights ; late buses ; cameras
subject replace lawns with meadows | let public grass grow : butterflies ; ticks ; less mowing ;
  dry yellow summers ; room for ball games
subject pay people to compost | reward composting : less waste to burn ; cheating with weights ;
  better soil ; smells ; costs per household
subject buy local food for schools | feed pupils from nearby farms : short routes ; higher prices
  ; fresher meals ; winters of cabbage ; farms that survive
subject vote on every large building | hold polls on construction : trust ; slow decisions ; loud
  minorities ; better plans ; tired voters
angle cities | large towns
angle small towns | rural communities
angle coastal towns | places by the sea
angle university towns | towns of students
angle mountain villages | settlements in the Alps
angle island communities | islanders
angle growing suburbs | new outskirts
angle capital cities | seats of government
angle old industrial towns | former factory towns
angle tourist resorts | holiday places
says Should {A} {S}? There are good reasons on both sides.
says Supporters point to {F} and to {F}.
says Those against it fear {F}, and the fear is not empty.
says In a trial over {6-50} weeks, {F} turned out to be the strongest effect.
says To {S} is cheap at first, yet {F} comes later.
says {N}, who leads a citizens' group, says that {F} decides the matter.
says For {A} the question is not whether to {S}, but how.
says A poll of {300-4000} residents found no clear majority.
says One may object that {F} could be had in a simpler way.
says In the end it depends on {F}, and on whether the rule is explained well.
says Research on {F} is thin, and most of it comes from {2-9} places.
says Where people wanted to {S}, {F} was often promised and rarely measured.
says {A} would have to explain {F} before anything else.
says Both {F} and {F} can be true at once.
says It is important to note that {A} would be able to {S} by means of {F}; nevertheless {F}
  necessitates a considerable number of changes.
says In order to demonstrate {F}, supporters utilize approximately {5-40} studies.
"""
