/** Words in names that say little about who somebody is. They count for little, never for nothing: two may differ by them only. */

/** Between names in Spanish, Portuguese, Italian, Dutch, German, French and Arabic. */
const PARTICLES = new Set(
  (
    "al as da das de del dela della den der di do dos du e el et ibn bin ben bint in la las le los san santa te ul um " +
    "und van von y zu"
  ).split(" "),
);

/** Before and after a person's name: Spanish, Portuguese, English, Arabic, Persian, military. */
const HONORIFICS = new Set(
  (
    "mr mrs ms miss mx sir dame dr dra phd md prof profa professor professora senor senora senorita sr sra srta don dona " +
    "ing ingeniero lic licenciado licenciada arq abg adv cp eng engenheiro exmo exma ilmo rev reverend fr hon general gen " +
    "colonel col captain capt major maj lieutenant lt sargento coronel capitao capitan brigadier admiral commander " +
    "sheikh shaykh shaikh sheik shekh mullah maulavi mawlawi molvi mawla haji hajji hajj alhaj sayyid sayed qari " +
    "ustad imam ayatollah"
  ).split(" "),
);

/** After a person's name: whose son, or which of that name. */
const GENERATIONS = new Set("jr junior senior hijo filho neto sobrinho segundo ii iii iv".split(" "));

/** Legal forms of Latin America, the United States, Europe and Russia, dots and spaces taken out. */
const LEGAL_FORMS = new Set(
  (
    "sa sac saa sab sapi sapib sas sau srl rl cv ltda limitada ltd limited llc llp lp inc incorporated corp corporation " +
    "co company cia compania companhia eirl eireli epp mei me ss snc sca scs spa srlcv plc pte pty gmbh ag kg bv nv oy ab " +
    "as aps sarl eurl ooo oao zao pao ao pjsc ojsc cjsc jsc llcfze fze fzc fzco dmcc bhd sdn sociedad sociedade anonima " +
    "ac sc scrl sen en comandita simplificada por acciones"
  ).split(" "),
);

/** In many firms' names whatever they do. */
const TRADE_WORDS = new Set(
  (
    "group grupo holding holdings international internacional trading comercial comercializadora services servicios " +
    "servicos enterprises empresa empresas industries industrias general the of for and"
  ).split(" "),
);

/** What kind of word it is. */
export type WordKind = "name" | "middle_name" | "particle" | "honorific" | "generation" | "legal_form" | "trade_word";

/** How much of a full word each kind counts, at most 1. */
export const WORD_SHARE: Readonly<Record<WordKind, number>> = {
  name: 1,
  middle_name: 0.6,
  trade_word: 0.5,
  generation: 0.3,
  particle: 0.1,
  honorific: 0.02,
  legal_form: 0.05,
};

/** Sorts a word of a name. Where a word is both ("sa", "as"), whose name it is decides. */
export function kindOfWord(word: string, isOrganisation: boolean): WordKind {
  if (isOrganisation) {
    if (LEGAL_FORMS.has(word)) {
      return "legal_form";
    }
    if (TRADE_WORDS.has(word)) {
      return "trade_word";
    }
    return PARTICLES.has(word) ? "particle" : "name";
  }
  if (PARTICLES.has(word)) {
    return "particle";
  }
  if (HONORIFICS.has(word)) {
    return "honorific";
  }
  return GENERATIONS.has(word) ? "generation" : "name";
}
