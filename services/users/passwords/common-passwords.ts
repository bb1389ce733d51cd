// The words that common passwords are made of. Lists of leaked passwords repeat a few hundred words with digits and signs around
// them (Password123!, iloveyou2026). password-rules.ts removes those digits and signs and looks the word up here.

/** Common passwords of ten and more characters, as they are typed. */
export const commonPasswords: ReadonlySet<string> = new Set(
  `qwertyuiop qwerty1234 qwerty12345 qwerty123456 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc zaq12wsxcde3 q1w2e3r4t5 q1w2e3r4t5y6
  1234qwerasdf qwer1234asdf asdf1234qwer a1b2c3d4e5 a1b2c3d4e5f6 abcd123456 abc1234567 abcdef1234 aa12345678 a123456789
  123456789a 123456789q 123qweasdzxc qweasdzxc123 1234567890q asdfghjkl1 zxcvbnm123 qazwsx1234 147258369a 7894561230
  0123456789 1029384756 5555555555 1111111111 0000000000 9876543210 1122334455 12344321aa 123123123a 987654321a 3141592653
  correcthorsebatterystaple correct horse battery staple changemenow changemeplease letmein1234 trustno1trustno1`
    .split(/\s+/)
    .concat('correct horse battery staple'),
)

const words = `password passwort passw pass motdepasse contrasena contraseña senha parola lozinka haslo heslo wachtwoord salasana sifre
  admin administrator root superuser sysadmin user username guest test tester testing demo default changeme secret access
  login signin letmein welcome welcomeback hello helloworld iloveyou iloveyouforever loveyou lovely love loveme loveforever
  mylove teamo tequiero jetaime ichliebedich babygirl babyboy sweetheart sweetie darling princess prinzessin prince angel
  angels monkey dragon master shadow sunshine sunflower butterfly flower flowers rainbow unicorn superman batman spiderman
  ironman wonderwoman superhero pokemon pikachu naruto starwars starwarsfan stargate startrek harrypotter hogwarts gandalf
  football futbol fussball soccer baseball basketball hockey tennis volleyball softball liverpool liverpoolfc chelsea
  arsenal arsenalfc barcelona realmadrid juventus manchester manchesterunited manutd bayern bayernmunchen dortmund
  yankees redsox lakers cowboys steelers eagles packers patriots michael michelle jennifer jessica jordan daniel thomas
  robert charlie anthony nicholas matthew joshua andrew ashley amanda samantha stephanie nicole natasha elizabeth
  christopher christian alexander alexandra benjamin jonathan william richard patrick victoria veronica isabella
  december november october september august july june january february march april monday tuesday wednesday thursday
  friday saturday sunday summer winter spring autumn sommer herbst fruehling january america canada australia england
  germany deutschland france brasil mexico london berlin paris newyork newyorkcity california texas chicago
  computer internet google facebook instagram twitter youtube linkedin microsoft windows apple iphone samsung android
  amazon netflix yahoo hotmail gmail minecraft fortnite roblox callofduty counterstrike warcraft worldofwarcraft diablo
  mustang ferrari porsche mercedes corvette harley harleydavidson yamaha toyota honda
  freedom forever whatever nothing something everything anything killer hunter ranger soldier warrior ninja samurai
  cheese cookie chocolate pepper banana orange strawberry coffee pizza chicken hamburger purple yellow silver golden
  diamond crystal jesus jesuschrist jesusislord blessed godisgood godislove family mother father brother sister
  mickey mickeymouse minnie snoopy garfield scooby tigger winniethepooh hellokitty barbie
  money dollar million billionaire lottery lucky luckyme secure security safety private system server network database
  manager company business office school student teacher university college summer summertime holiday
  shop store shopping customer order checkout payment market bazaar souk
  qwerty qwertz azerty qwertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm qazwsx qwe asd zxc abc abcd abcdef aaa xxx
  fuckyou fuckoff fuckme asshole bitch bullshit pussy sexy sexygirl
  blink metallica nirvana slipknot eminem beatles greenday linkinpark acdc`

/** Words that are a common password with digits and signs around them; also doubled, and after a short word (`my`, `the`). */
export const commonWords: ReadonlySet<string> = new Set(
  words
    .split(/\s+/)
    .flatMap((word) => [word, `my${word}`, `the${word}`, `new${word}`, `${word}${word}`, `i${word}`, `${word}i`]),
)
