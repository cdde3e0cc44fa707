/** What a customer's first key is called, which nobody was asked a name for. */
export const FIRST_KEY = 'first key';
