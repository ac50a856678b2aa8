import { inBrowser, type Theme } from 'vitepress'
import DefaultTheme from 'vitepress/theme'
import { h } from 'vue'
import { FamilyPicker } from './family-picker.js'
import { addTypePopup } from './type-popup.js'
import './custom.css'

const theme: Theme = {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, null, { 'sidebar-nav-before': () => h(FamilyPicker) }),
  enhanceApp() {
    if (inBrowser) addTypePopup()
  },
}

export default theme
