// Eight people who shop at the demo. None of them exists, and their mail goes nowhere.
export interface SeedAddress {
  name: string
  line1: string
  line2?: string
  city: string
  region?: string
  postalCode: string
  country: string
  phone?: string
}

export interface SeedCustomer {
  name: string
  email: string
  addresses: SeedAddress[]
}

export function demoCustomers(): SeedCustomer[] {
  return [
    customer('Lena Vogt', 'lena', [
      { line1: 'Weserstraße 41', line2: 'Hinterhaus, 3. OG', city: 'Berlin', postalCode: '12045', country: 'DE' },
      { line1: 'Karl-Heine-Straße 88', city: 'Leipzig', postalCode: '04229', country: 'DE' },
    ]),
    customer('Yusuf Demir', 'yusuf', [
      { line1: 'Keupstraße 26', city: 'Köln', postalCode: '51063', country: 'DE', phone: '+49 221 5550142' },
    ]),
    customer('Camille Roux', 'camille', [
      { line1: '14 rue de la Folie-Méricourt', line2: 'Bâtiment B', city: 'Paris', postalCode: '75011', country: 'FR' },
    ]),
    customer('Sanne de Wit', 'sanne', [
      { line1: 'Lindengracht 112', city: 'Amsterdam', postalCode: '1015 KL', country: 'NL' },
    ]),
    customer('Maya Thompson', 'maya', [
      {
        line1: '218 Hawthorne Avenue',
        line2: 'Apt 4',
        city: 'Portland',
        region: 'OR',
        postalCode: '97214',
        country: 'US',
        phone: '+1 503 555 0119',
      },
      { line1: '75 Orchard Lane', city: 'Hudson', region: 'NY', postalCode: '12534', country: 'US' },
    ]),
    customer('Oliver Bennett', 'oliver', [
      { line1: '9 Chapel Row', city: 'Bristol', postalCode: 'BS1 5TR', country: 'GB', phone: '+44 117 496 0173' },
    ]),
    customer('Giulia Ferrante', 'giulia', [
      { line1: 'Via dei Serragli 30', city: 'Firenze', region: 'FI', postalCode: '50124', country: 'IT' },
    ]),
    customer('Jonas Huber', 'jonas', [
      { line1: 'Neubaugasse 57', line2: 'Tür 12', city: 'Wien', postalCode: '1070', country: 'AT' },
    ]),
  ]
}

function customer(name: string, mailbox: string, addresses: Omit<SeedAddress, 'name'>[]): SeedCustomer {
  return { name, email: `${mailbox}@souk.example`, addresses: addresses.map((address) => ({ name, ...address })) }
}
