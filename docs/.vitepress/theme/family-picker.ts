import { useData, withBase } from 'vitepress'
import { defineComponent, h } from 'vue'
import { FAMILIES } from '../../generate/families.js'
import { baseOf, type Language } from '../../generate/language.js'

/** The product families, above the sidebar of one of them. */
export const FamilyPicker = defineComponent({
  name: 'FamilyPicker',
  setup() {
    const { page, lang } = useData()
    return () => {
      const language: Language = lang.value.startsWith('zh') ? 'zh' : 'en'
      const [, family] = /^(?:zh\/)?api\/(?:([\w-]+)\/)?/.exec(page.value.relativePath) ?? []
      if (!/^(zh\/)?api\//.test(page.value.relativePath)) return null
      const title = FAMILIES[family ?? '']?.[language] ?? (language === 'zh' ? '全部产品' : 'All products')
      const links = Object.entries(FAMILIES).map(([name, { [language]: text }]) => {
        const href = withBase(`${baseOf(language)}api/${name}/`)
        return h('li', h('a', { href, class: { current: name === family } }, text))
      })
      // The key closes the list when another family is shown.
      return h('details', { class: 'families', key: title }, [h('summary', title), h('ul', links)])
    }
  },
})
