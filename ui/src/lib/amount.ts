/** The currencies whose minor unit is not a hundredth (ISO 4217); browsers round some others for display. */
const digits: Record<string, number> = {
  ...Object.fromEntries(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(" ").map((c) => [c, 0]),
  ),
  ...Object.fromEntries("BHD IQD JOD KWD LYD OMR TND".split(" ").map((c) => [c, 3])),
  CLF: 4,
  UYW: 4,
};

/** Money in minor units: `4900` of `EUR` as `€49.00`. What is no currency stands behind the number. */
export function formatAmount(minor: number, currency = "", language = "en"): string {
  const code = currency.toUpperCase();
  const places = digits[code] ?? 2;
  const value = minor / 10 ** places;
  const form = { minimumFractionDigits: places, maximumFractionDigits: places };
  if (!/^[A-Z]{3}$/.test(code)) return `${new Intl.NumberFormat(language, form).format(value)} ${currency}`.trim();
  return new Intl.NumberFormat(language, { ...form, style: "currency", currency: code }).format(value);
}
