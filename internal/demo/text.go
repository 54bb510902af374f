package demo

import "allmende"

type person struct {
	name, label, lang, bio string
	facts                  []allmende.ProfileField
}

// people are invented. The first is admin, the second moderator.
var people = []person{
	{"marta", "Marta Lindner", "de", "Gärtnerin, Zuhörerin, Hüterin des Schuppenschlüssels. Fragt mich nach Tomaten.", []allmende.ProfileField{{Name: "Beet", Value: "Nr. 4, das schiefe"}, {Name: "Da", Value: "Samstag vormittags"}}},
	{"jonas", "Jonas Ebert", "de", "Bibliothekar. Sortiere Bücher, Saatgut und meistens auch den Streit.", []allmende.ProfileField{{Name: "Liest gerade", Value: "drei Bücher zugleich"}}},
	{"ines", "Inês Carvalho", "en", "Potter and cyclist. Moved here from the sea, still looking for it.", nil},
	{"tom", "Tom Albers", "de", "Rentner mit Kamera. Der Fluss ist jeden Morgen ein anderer.", []allmende.ProfileField{{Name: "Kamera", Value: "alt, aber scharf"}}},
	{"elif", "Elif Yıldız", "de", "Lehrerin für Biologie, Bienen im Nebenfach.", nil},
	{"greta", "Greta Sommer", "de", "Tischlerin. Offene Werkstatt jeden Mittwoch ab 17 Uhr.", []allmende.ProfileField{{Name: "Werkstatt", Value: "[[Offene Werkstatt]]"}}},
	{"ravi", "Ravi Menon", "en", "Baker, early riser. Ask me about sourdough, never about sleep.", nil},
	{"hanna", "Hanna Brandt", "de", "Mutter von drei Wirbelwinden, Kassenwartin, Kuchenfee.", nil},
	{"oskar", "Oskar Nowak", "de", "Repariert, was andere wegwerfen.", nil},
	{"mei", "Mei Tanaka", "en", "I draw maps of places that are about to change.", nil},
	{"paul", "Paul Richter", "de", "Hört zu, spielt Cello, jätet ungern.", nil},
	{"rudi", "Rudi Krämer", "de", "Immer ein gutes Angebot.", nil},
}

type saying struct{ by, text string }

type edit struct {
	by, text, why string
	minor         bool
}

type wikiPage struct {
	by, title, lang, why, text string
	edits                      []edit
}

const compost = `Kompost ist der Magen des Gartens: Was die Küche und die Beete nicht mehr brauchen, wird in einem Jahr zu Erde. Diese Seite sammelt, was sich bei uns bewährt hat.

## Was hinein darf

| gern | in Maßen | lieber nicht |
| --- | --- | --- |
| Gemüsereste, Kaffeesatz | Zitrusschalen | Gekochtes, Fleisch |
| Laub, Stroh | Rasenschnitt | kranke Pflanzen |
| Eierschalen, zerdrückt | Zeitungspapier | Katzenstreu |

## Wie wir schichten

1. Unten grobe Äste, eine Handbreit hoch, damit Luft herankommt.
2. Dann immer **grün auf braun**: eine Lage Frisches, eine Lage Trockenes.
3. Alle vierzig Zentimeter eine Schaufel fertige Erde. Sie bringt die kleinen Arbeiter mit.[^1]
4. Bei Trockenheit gießen, bei Dauerregen abdecken.

Wenn es riecht, fehlt Luft: umsetzen. Wenn nichts geschieht, fehlt Wasser oder Grünes.

## Wer sich kümmert

Der Kompostdienst wechselt monatlich; der Plan hängt am Schuppen. Siehe auch [[Gartenordnung]] und [[Saatgutbücherei]].

[^1]: Gemeint sind Asseln, Würmer und alles, was man ohne Lupe nicht sieht.
`

const seeds = `Die **Saatgutbücherei** steht in der Stadtbücherei, gleich hinter den Reiseführern. Man leiht im Frühjahr ein Tütchen aus und bringt im Herbst eines zurück.

## So geht es

- Tütchen aussuchen, in die Liste eintragen, aussäen.
- Ein paar Pflanzen stehen lassen, bis sie Samen tragen.
- Samen trocknen, beschriften (Sorte, Jahr, Beet), zurückbringen.

## Leicht und schwer

Bohnen, Erbsen, Salat und Tomaten bestäuben sich selbst und bleiben, was sie sind. Kürbisse und Möhren nehmen es nicht so genau; wer sie vermehren möchte, spricht sich vorher ab.

## Was gerade da ist

| Sorte | Herkunft | Tütchen |
| --- | --- | ---: |
| Stangenbohne „Großmutter Lindner“ | [[Gemeinschaftsgarten]] | 14 |
| Tomate „Gelbe vom Fluss“ | Beet 4 | 9 |
| Salat „Maikönig“ | Tausch mit der Talgärtnerei | 21 |

Fragen beantwortet die @stadtbuecherei. Was aus den Samen geworden ist, steht unter #Saatgut.
`

const garden = `Der **Gemeinschaftsgarten** liegt zwischen Mühlgasse und Fluss, auf dem Gelände der alten Gärtnerei. Er hat 26 Beete, eine Streuobstwiese, einen Schuppen, zwei Bienenvölker und einen Apfelbaum, der niemandem gehört.

## Geschichte

Als die Gärtnerei schloss, stand das Gelände drei Jahre leer. Im vierten Frühjahr trafen sich elf Nachbarn mit Spaten. Von ihnen sind heute noch sieben dabei; dazugekommen sind ungefähr sechzig andere.

![Ein Muster aus bunten Flächen: die Beete, von oben gesehen](media:0 "Die Beete im Plan von 2019. Beet 4 ist wirklich schief.")

## Mitmachen

Samstags von neun bis zwölf ist immer jemand da. Wer ein Beet möchte, trägt sich in die Liste am Schuppen ein; meist dauert es eine Saison. Bis dahin gibt es genug zu tun: [[Kompost]] umsetzen, die Wiese mähen, [[Bienen]] füttern, Kaffee kochen.

## Wasser

Die Pumpe fördert aus dem Mühlgraben. Sie läuft von April bis Oktober, sonntags nicht. Was bei Trockenheit gilt, steht in der [[Gartenordnung]].

## Anfahrt

Mit dem Rad über den Uferweg, mit dem Bus bis *Alte Mühle*. Parken kann man hier nicht, und das ist auch gut so.
`

const workshop = `On Wednesdays from five the **Offene Werkstatt** is open to everyone: there is a workbench, hand tools, a drill press and somebody who knows how to use them.

## What you can do here

- Mend a chair, sharpen a knife, build a nesting box.
- Learn one joint properly instead of ten badly.
- Borrow tools for a week. The list hangs next to the door; the rules are short:

> Bring it back clean, bring it back on time, and say so if it broke.

## Repair evenings

On the first Wednesday of the month Oskar sits at the small table with his soldering iron. About two of three things leave working. For the others we at least know why.[^1]

## Safety

Closed shoes, hair tied back, nobody alone at the machines. Children are welcome at the bench, with an adult beside them.

See also: [[Gemeinschaftsgarten]].

[^1]: The record is a kettle that came back four times.
`

var pages = []wikiPage{
	{"marta", "Gemeinschaftsgarten", "de", "angelegt", garden, []edit{
		{"tom", garden + "\n## Bilder\n\nBilder sammeln wir unter #Garten.\n", "wo die Bilder sind", false},
		{"elif", garden + "\n## Bilder\n\nBilder sammeln wir unter #Garten, bitte mit Beschreibung für alle, die sie nicht sehen können.\n", "Beschreibungen nicht vergessen", true}}},
	{"marta", "Kompost", "de", "aus der Frühjahrsrunde", compost, []edit{
		{"hanna", compost + "\n## Häufige Fragen\n\n**Zieht das Ratten an?** Nicht, wenn nichts Gekochtes hineinkommt.\n", "Frage aus der Nachbarschaft", false}}},
	{"jonas", "Saatgutbücherei", "de", "", seeds, []edit{{"marta", seeds + "\nNeu seit Mai: Mangold.\n", "Mangold", true}}},
	{"greta", "Offene Werkstatt", "en", "", workshop, nil},
	{"elif", "Bienen", "de", "", "Zwei Völker wohnen am Südrand des [[Gemeinschaftsgarten|Gartens]].\n\n## Das Jahr\n\nIm **März** der erste Reinigungsflug, im **Mai** die Schwarmzeit, im **Juli** die Ernte. Ab **September** wird gefüttert, und dann brauchen sie vor allem Ruhe.\n\n## Abstand\n\nVor den Fluglöchern bitte zwei Meter freihalten. Wer gestochen wird, geht ruhig weg und kühlt; wer eine Allergie hat, sagt es uns vorher.\n\n## Ernte\n\nDieses Jahr waren es 41 Gläser. Der Erlös geht an die [[Saatgutbücherei]].\n", nil},
}

type article struct {
	by, with, title, lead, lang, alt, text string
	sight                                  sight
	tags                                   []string
	comments                               []saying
}

var articles = []article{
	{by: "tom", title: "Ein Jahr am selben Steg", lead: "Jeden Morgen ein Bild vom Fluss, zwölf Monate lang. Was man sieht, wenn man nicht weiterfährt.", lang: "de",
		alt: "Hügel im Abendlicht hinter einem Fluss, die Sonne steht tief", sight: evening, tags: []string{"Fotografie", "Fluss"},
		text:     "Angefangen hat es mit einem kaputten Fahrrad. Ich musste zu Fuß gehen, und wer zu Fuß geht, bleibt stehen. Am Steg unterhalb der Mühle blieb ich an einem Februarmorgen so lange stehen, dass ich ein Bild machte. Am nächsten Tag noch eins.\n\n## Dasselbe und nie dasselbe\n\nNach zwei Wochen dachte ich, nun sei alles gesagt. Dann kam der Nebel. Dann das Hochwasser, das den Steg verschwinden ließ, und vier Tage später seine Rückkehr, mit einem Ast darauf, der bis heute liegt.\n\nIch habe gelernt, dass Licht von der Seite freundlicher ist als Licht von oben. Dass Reiher nicht auf mich warten, aber auch nicht vor mir fliehen, wenn ich zur selben Zeit komme wie immer. Dass der interessanteste Moment fast immer der ist, in dem ich die Kamera schon eingepackt habe.\n\n## Was bleibt\n\n> Man fotografiert nicht den Fluss. Man fotografiert, dass man da war.\n\nDas hat Paul gesagt, der manchmal mitkam und Cello übte, so leise, dass die Enten blieben. 365 Bilder sind es geworden, drei davon sind gut. Ich finde, das ist keine schlechte Quote.\n\n## Für alle, die es auch versuchen wollen\n\n1. Nimm einen Ort, an dem du ohnehin vorbeikommst.\n2. Nimm immer dieselbe Brennweite.\n3. Lösche im ersten Monat nichts.\n4. Zeig die Bilder jemandem, der den Ort kennt.\n\nIm Herbst hängen zwanzig davon in der Stadtbücherei. Und im Februar fange ich von vorn an, diesmal am anderen Ufer.",
		comments: []saying{{"elif", "Das Bild mit dem verschwundenen Steg hängt bei uns im Klassenzimmer. Die Kinder suchen ihn immer noch."}, {"paul", "Die Enten sind wegen der Brotreste geblieben. Aber danke."}, {"mei", "Ich würde gern eine Karte dazu zeichnen: alle 365 Standpunkte sind ja einer."}}},
	{by: "greta", with: "oskar", title: "Reparieren ist Nachbarschaft", lead: "Warum wir mittwochs Toaster aufschrauben, und was dabei wirklich ganz wird.", lang: "de",
		alt: "Ein Muster aus bunten Fliesen", sight: tiles, tags: []string{"Werkstatt", "Reparieren"},
		text:     "Mittwochs um fünf riecht es in der Werkstatt nach Kaffee und Lötzinn. Auf dem kleinen Tisch steht, was die Woche übrig ließ: ein Wasserkocher, zwei Lampen, ein Radio, das nur noch einen Sender mag.\n\n## Zwei von drei\n\nUngefähr zwei von drei Dingen gehen heil wieder nach Hause. Wir führen Buch darüber, seit uns jemand fragte, ob sich das lohnt. Die Antwort steht in der letzten Spalte: *Mit wem geredet.* Da steht fast immer ein Name.\n\nEin Mann brachte den Mixer seiner verstorbenen Frau. Der Motor war durchgebrannt, da war nichts zu machen. Er blieb trotzdem bis acht, hielt anderen die Lampe und kommt seitdem jede Woche. Den Mixer haben wir ihm als Regal für seine Schrauben umgebaut.\n\n## Was man können muss\n\nNichts. Wer eine Schraube drehen kann, kann anfangen. Das Wichtigste ist, dass man das Gerät vorher *ansieht*: Was geht noch? Was hat sich geändert? Wer eine Sicherung durchmisst, bevor er das Gehäuse aufmacht, spart sich die Hälfte der Arbeit.\n\n## Was wir brauchen\n\n- Kleine Schraubendreher, besonders Sterne\n- Jemanden, der Reißverschlüsse kann\n- Platz für ein zweites Tischchen\n\nUnd Zeit. Die bringt ihr mit. Wie die Werkstatt funktioniert, steht im Wiki: [[Offene Werkstatt]].",
		comments: []saying{{"hanna", "Reißverschlüsse kann ich! Zwei Mittwoche im Monat bin ich dabei."}, {"ines", "In my old town we called this a café for broken things. Same idea, worse coffee."}}},
	{by: "ravi", title: "Bread for forty neighbours", lead: "One oven, one Saturday, and what I would do differently next time.", lang: "en",
		alt: "A flowering meadow below soft hills", sight: flowers, tags: []string{"bread", "neighbours"},
		text:     "When Hanna asked whether I could bake for the summer table I said yes before I had counted the chairs. There were forty. My oven takes four loaves.\n\n![Hills behind a meadow in the evening light](media:0 \"The garden on the evening before. Everybody else is asleep.\")\n\n## The plan\n\nI drew a timetable on the back of a flour bag. Dough on Thursday night, shaping on Friday, baking from four in the morning on Saturday, in five rounds. It looked like the schedule of a small railway, and like a small railway it ran late.\n\n## What went wrong\n\n- The fridge was too cold, so the first dough slept in.\n- Round three rose faster than round two baked.\n- I forgot that *I* would want breakfast.\n\n## What went right\n\nNeighbours came to look, because the street smelled of it. Tom took over the door of the oven. Mei wrote the order of the loaves on masking tape. Somebody brought butter, and somebody else brought the idea of eating the uneven ones on the spot, which saved the morning.\n\n## The recipe, for one loaf\n\n| what | how much |\n| --- | ---: |\n| wheat flour | 400 g |\n| rye flour | 100 g |\n| water | 360 g |\n| sourdough | 100 g |\n| salt | 11 g |\n\nMix, rest, fold three times in two hours, shape, sleep overnight in the fridge, bake hot: 20 minutes with the lid on, 25 without.\n\nNext year we borrow the oven of the old mill. It takes thirty loaves. I have already counted the chairs.",
		comments: []saying{{"hanna", "Best bread of my life. I will count for you next time."}, {"jonas", "The masking tape now lives in the library, as a bookmark."}}},
}

type note struct {
	key, by, lang, text, warning, alt, quotes string
	audience                                  allmende.AudienceKind
	sights                                    []sight
	replies                                   []saying
}

var notes = []note{
	{key: "welcome", by: "marta", lang: "de", text: "Willkommen im Wiesental! Hier verabreden wir uns, zeigen, was wächst, und schreiben im Wiki auf, was wir gelernt haben. Fangt am besten mit [dem Garten](/wiki/Gemeinschaftsgarten) an und stellt euch kurz vor. #Willkommen",
		replies: []saying{{"ines", "Hello everyone! I make bowls and ride bikes. Happy to answer in English or slow German."}, {"marta", "Slow German is the best German. Welcome, @ines!"}}},
	{key: "river", by: "tom", lang: "de", text: "Heute früh war der Fluss ganz still. #Fluss #Fotografie", alt: "Morgen am Fluss: sanfte Hügel, eine blasse Sonne, kein Mensch", sights: []sight{meadow},
		replies: []saying{{"paul", "Man hört das Bild fast."}, {"tom", "Man hört nichts. Das war ja das Schöne."}}},
	{key: "pump", by: "oskar", lang: "de", text: "Die Pumpe läuft wieder! Es war **eine** Dichtung für 80 Cent. Wer hat noch so ein kleines Wunder zu Hause, das nur eine Dichtung braucht? #Garten", replies: []saying{{"hanna", "Meine Spülmaschine. Und meine Geduld."}, {"oskar", "Spülmaschine kann ich. Mittwoch?"}}},
	{key: "map", by: "mei", lang: "en", text: "I'm drawing a new map of the gardens before the path gets moved. If your bed has a name, tell me, and it will be on it.", sights: []sight{tiles}, alt: "A pattern of green, cream and orange tiles, a study for the legend of a map",
		replies: []saying{{"marta", "Bed 4: *das schiefe*."}, {"elif", "Beet 11 heißt Klassenzimmer."}, {"ravi", "Bed 19: crumbs."}}},
	{key: "honey", by: "elif", lang: "de", text: "41 Gläser! Die Bienen hatten ein gutes Jahr, trotz Hagel. Abholung Samstag am Schuppen, bitte leere Gläser mitbringen. #Bienen #Garten", sights: []sight{flowers, meadow}, alt: "Blühende Wiese im Sommer",
		replies: []saying{{"ravi", "Two for the bakery, please!"}, {"elif", "Sind zurückgelegt."}}},
	{key: "library", by: "stadtbuecherei", lang: "de", text: "Die Saatgutbücherei ist wieder gefüllt. Neu: Mangold und die Bohne „Großmutter Lindner“. Zum Mitnehmen während der Öffnungszeiten. #Saatgut", replies: []saying{{"marta", "Die Großmutter hätte sich gefreut. Und sie hätte gefragt, wer gießt."}}},
	{key: "neighbours", by: "hanna", lang: "de", audience: allmende.AudLocal, text: "Nur unter uns: Für das Sommerfest fehlen noch drei Kuchen und jemand mit einem Anhänger.", replies: []saying{{"greta", "Anhänger ja, Kuchen besser nicht von mir."}}},
	{key: "film", by: "ines", lang: "en", warning: "Spoilers for the open-air film", text: "So it *was* the postman all along. I did not see that coming, and neither did the dog next to me."},
	{key: "quote", by: "jonas", lang: "de", quotes: "map", text: "Kommt in die Bücherei: Dort hängt die Karte von vor hundert Jahren. Der Weg wurde schon dreimal verlegt."},
	{key: "angebot", by: "rudi", lang: "de", text: "Dachrinnenreinigung zum Sonderpreis, nur diese Woche! Anruf genügt."},
	{key: "cello", by: "paul", lang: "de", text: "Probe heute Abend im Schuppen, die Akustik zwischen den Rechen ist erstaunlich. Wer zuhören mag: ab sieben, Stühle mitbringen."},
	{key: "evening", by: "tom", lang: "de", text: "Und so ging der Tag zu Ende. #Fluss", sights: []sight{evening}, alt: "Abendhimmel in Blau und Orange über dunklen Hügeln",
		replies: []saying{{"mei", "That orange! I'm stealing it for the map."}}},
}
