/** Check digits of card numbers: ISO/IEC 7812-1, annex B (Luhn). */

/** Appends the check digit. */
export function appendCheckDigit(digits: string): string {
  const sum = [...digits].toReversed().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

/** Whether a number is a card's, as far as its check digit says. */
export function passesCheckDigit(pan: string): boolean {
  return /^[0-9]{12,19}$/.test(pan) && appendCheckDigit(pan.slice(0, -1)) === pan;
}
