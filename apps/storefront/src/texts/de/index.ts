// All texts of this language, by area.
import { account } from './account.ts'
import { after } from './after.ts'
import { buy } from './buy.ts'
import { common } from './common.ts'
import { find } from './find.ts'
import { info } from './info.ts'

export const de = { common, find, buy, after, account, info }
