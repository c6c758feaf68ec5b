/** Card numbers: ISO/IEC 7812-1. */

/** Digits with their check digit (Luhn). */
export function withCheckDigit(digits: string): string {
  return `${digits}${(10 - (luhnSum(digits, 0) % 10)) % 10}`;
}

/** Whether a number's last digit is its check digit. */
export function isCardNumber(number: string): boolean {
  return /^[0-9]{12,19}$/.test(number) && luhnSum(number, 1) % 10 === 0;
}

/** Sum over the digits from the right; those at places of the same parity as `plain` count once. */
function luhnSum(digits: string, plain: 0 | 1): number {
  return [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * ((index + plain) % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
}
