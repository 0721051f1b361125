/** Words for the same thing where no common beginning shows it: everyday English, one group a line, and the trade's lexicon. */
import { ideas } from './lexicon.ts'
import { stem } from './words.ts'

const groups = `
law legal lawyer attorney solicitor
lawsuit litigation court trial
crime criminal offence felony
doctor physician medic
medicine medication drug
illness disease sickness
hospital clinic
symptom diagnosis diagnose
chance probability likelihood odds
random dice coin card shuffle
movie film cinema
show series episode
song track music tune melody
singer musician artist band
picture image photo photograph
paint painting canvas
book novel title
writer author novelist
poem poetry verse
newspaper news headline article
car vehicle automobile
lorry truck
bike bicycle
plane aircraft flight airline airport
train railway rail
ship boat vessel ferry
trip travel journey tour vacation holiday
road route path direction
drive driving
hotel accommodation lodging
room bedroom suite
restaurant dining eatery cuisine
food meal dish recipe cooking
drink beverage
groceries grocery supermarket
store shop retailer
buy purchase order
sell sale
price cost fee fare
cheap affordable budget
money currency cash
pay payment
salary wage income earnings
tax taxation
loan mortgage credit
invest investment portfolio
stock share equity
profit gain earnings
debt liability
company business firm corporation
job employment career occupation profession
employee worker staff
boss manager supervisor
home house property apartment flat
rent lease tenant
country nation
city town
place location venue
nearby near closest nearest
area surface region
big large size
tall height high
wide width
long length
deep depth
heavy weight mass
fast quick speed velocity
slow decelerate
hot heat temperature warm cold
rain weather forecast snow sunny humidity
time clock hour
begin start
end finish
birthday birth born
death die died
marry marriage wedding spouse
child kid children
man male
woman female
school college university education
student pupil
teacher professor
exam test quiz
team club squad
game match fixture
win won winner victory champion championship
score goal point
sport athlete
player athlete
football soccer
chess checkmate
king queen monarch ruler royal
president leader
war battle conflict
church religion religious
century era
animal species
plant flower tree
dog cat pet
gene genetic dna
cell cellular
atom atomic
energy power
current ampere electricity electric
voltage volt
force newton
solve solution root
equation formula
add sum addition plus total
subtract minus difference
multiply product times
divide quotient
average mean
shape triangle circle rectangle square polygon geometry
angle degree
graph plot chart diagram
email mail
message text sms
phone telephone call mobile
website site webpage url
picture photo
reservation reserve booking book
appointment schedule calendar
meeting conference
event concert festival
ticket admission
remove delete erase
create make generate
change modify update edit
find search locate lookup
get retrieve fetch obtain
calculate compute work
estimate approximate
compare difference versus
explain meaning definition define
translate translation
repair fix
help assist support
`

const byStem = new Map<string, Set<string>>()
/** What says one idea of the trade in a single word. */
const trade = Object.values(ideas).map((said) => said.filter((one) => /^[a-z-]+$/u.test(one)).join(' '))
for (const line of [...groups.trim().split('\n'), ...trade]) {
  const stems = line.split(' ').map(stem)
  for (const root of stems) byStem.set(root, new Set([...(byStem.get(root) ?? []), ...stems.filter((other) => other !== root)]))
}

const none: readonly string[] = []
const table: ReadonlyMap<string, readonly string[]> = new Map([...byStem].map(([root, others]) => [root, [...others]]))

/** Stems that may stand for this one. */
export const synonymsOf = (root: string): readonly string[] => table.get(root) ?? none
