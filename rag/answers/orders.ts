/**
 * Sentences in documents that speak to a model instead of to a reader. They are kept from the model and never bear out what it
 * writes. This is no wall, only one hurdle more: what a model is made to say must still stand in a passage that it cites.
 */

const orders: readonly RegExp[] = [
  /\b(ignore|disregard|forget|override|bypass)\b.{0,60}\b(instructions?|rules?|prompts?|guidelines?|directions?|above|previous|earlier|passages?|questions?)\b/iu,
  /\b(system prompt|jailbreak|developer mode|language model|chat ?bot|as an ai\b|ai assistant|dear assistant)/iu,
  /\byou (are|must|should|will|have to|shall)\b.{0,30}\b(now|always|instead|answer|respond|reply|cite|output|say|write)\b/iu,
  /\b(always|only|instead|now|please)?\s*\b(answer|respond|reply|output|print|say|write)\b\s+(only|exactly|with|that|the following|this)\b/iu,
  /\b(cite|quote|mention|recommend)\b.{0,30}\b(passage|source|document|instead|\[\d)/iu,
  /\b(ignoriere|vergiss|missachte)\b.{0,60}\b(anweisung(en)?|regeln?|obigen?|vorherigen?|bisherigen?)\b/iu,
  /\b(ignora|olvida|desobedece)\b.{0,60}\b(instrucciones|reglas|anteriores?)\b/iu,
  /\b(ignore[zr]?|oublie[zr]?)\b.{0,60}\b(instructions|consignes|règles|précédentes)\b/iu,
  /^\s*(system|assistant|user|human)\s*:/imu,
  /<\/?(system|assistant|user|instructions?)>|\[\/?INST\]|<\|im_(start|end)\|>/iu,
]

/** True for text that reads like an order to a model. */
export const givesOrders = (text: string): boolean => orders.some((order) => order.test(text))
