/** The words by which a question says that it asks, and for what kind of thing: no passage needs to repeat them to answer it. */
import type { Language } from '../language/detect.ts'
import { tokenize } from '../language/tokens.ts'

/** By language of the collection; `simple` holds those of languages without a stemmer. */
const words: Partial<Record<Language, string>> = {
  english:
    'who whom whose what which when where why how many much name names named call called kind kinds type types sort term happen happened happens would could percentage',
  german:
    'wer wen wem wessen was welche welcher welches welchen welchem wann wo woher wohin warum wieso weshalb wozu wofür womit wodurch worin woran worauf worüber wovon wonach wie viel viele vieler vielen heißt hieß heißen lautet lautete nennt nennen nannte genannt namen name art arten passiert passierte prozentsatz',
  spanish:
    'quién quiénes quien quienes qué cuál cuáles cual cuales cuándo cuando dónde donde adónde cómo como cuánto cuánta cuántos cuántas cuanto cuanta cuantos cuantas llama llaman llamaba llamó llamado llamada nombre tipo tipos porcentaje ocurre ocurrió sucede sucedió',
  french:
    'qui quoi que quel quelle quels quelles quand où comment combien pourquoi lequel laquelle lesquels lesquelles appelle appellent appelé appelée nom type sorte pourcentage passe passé',
  italian:
    'chi cosa che quale quali qual quando dove come quanto quanta quanti quante perché chiama chiamano chiamato chiamata nome tipo percentuale succede accade',
  portuguese:
    'quem que qual quais quando onde como quanto quanta quantos quantas por porque chama chamado chamada nome tipo percentagem porcentagem acontece aconteceu',
  dutch:
    'wie wat welk welke wanneer waar waarom waarvoor waarmee hoe hoeveel heet heette heten noemt genoemd naam soort type percentage gebeurt gebeurde',
  swedish: 'vem vems vilka vilken vilket vad när var varför hur många mycket heter hette kallas kallades namn typ slags',
  danish: 'hvem hvis hvilke hvilken hvilket hvad hvornår hvor hvorfor hvordan mange meget hedder hed kaldes kaldtes navn type slags',
  norwegian: 'hvem hvilke hvilken hvilket hva når hvor hvorfor hvordan mange mye heter het kalles kaltes navn type slags',
  finnish:
    'kuka ketkä kenen ketä mikä mitkä mitä minkä missä mistä mihin milloin koska miksi miten kuinka montako moni paljonko nimi nimeltään',
  turkish:
    'kim kimin kimi kime kimdir ne nedir nerede nereye nereden nerededir neden niçin niye nasıl hangi hangisi hangileri kaç kaçtır kaçıncı kadar zaman adı adıdır denir',
  russian:
    'кто кого кому кем чей чья чьё чьи что чего чему чем какой какая какое какие какого какую каком каким каких который которая когда где куда откуда почему зачем как сколько называется называются назывался зовут звали имя вид тип процент',
  arabic: 'من ما ماذا متى أين اين كيف لماذا لم كم أي اي أية هل بماذا بم لمن ممن فيم مما إلى اسم نوع يسمى تسمى سمي',
  greek:
    'ποιος ποια ποιο ποιοι ποιες ποιον ποιους ποιων τι πότε πού που πώς πως γιατί πόσο πόση πόσος πόσα πόσες πόσοι πόσους όνομα ονομάζεται λέγεται είδος τύπος ποσοστό',
  hindi: 'कौन किस किसे किसने किसकी किसका किसके क्या कब कहाँ कहां क्यों कैसे कितना कितनी कितने कौनसा कौनसी कौन-सा नाम प्रकार',
  tamil: 'யார் எது எவை என்ன எப்போது எங்கே எங்கு ஏன் எப்படி எத்தனை எவ்வளவு எந்த பெயர்',
  simple:
    '谁 什么 何 何时 哪 哪个 哪些 哪里 哪儿 哪种 哪位 几 多少 多 怎么 怎样 为什么 为何 如何 是否 吗 呢 名字 叫 叫做 誰 什麼 哪個 哪裡 幾 為什麼 何時 どこ だれ いつ なに なん なぜ どの どんな どう いくつ いくら ですか か ' +
    'ใคร อะไร ไหน ที่ไหน เมื่อไร เมื่อไหร่ ทำไม อย่างไร ยังไง เท่าไร เท่าไหร่ กี่ ใด หรือไม่ ไหม ' +
    'ai gì nào đâu sao bao nhiêu khi mấy tên loại ' +
    'cine cui ce care când unde cum cât câtă câți câte nume tip numește kto kogo komu co jaki jaka jakie który która które kiedy gdzie skąd dlaczego jak ile nazwa ' +
    '누가 누구 무엇 무슨 언제 어디 어디서 왜 어떻게 어떤 어느 몇 얼마나',
}

const sets = new Map(Object.entries(words).map(([language, list]) => [language, new Set(list.split(' ').flatMap(tokenize))]))
const none: ReadonlySet<string> = new Set()

/** What is left of the question's words once its question words are gone; all of them where nothing would be left. */
export function contentWords(question: string, language: Language): readonly string[] {
  const asked = tokenize(question)
  const framing = sets.get(language) ?? none
  const content = asked.filter((word) => !framing.has(word))
  return content.length > 0 ? content : asked
}

/** In any language: for what has no language yet. */
export const allQuestionWords: ReadonlySet<string> = new Set([...sets.values()].flatMap((set) => [...set]))
