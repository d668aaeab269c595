import{n as e,t}from"./FileLoader.b601a643f2a8.js";import{A as n,B as r,Et as i,F as a,H as o,I as s,L as c,M as l,Mt as u,N as d,Nt as f,O as p,P as m,Tt as h,U as g,V as _,_t as v,a as y,b,bt as x,c as ee,ct as te,f as S,i as ne,k as C,kt as w,l as re,mt as ie,n as ae,o as oe,p as se,pt as ce,r as le,s as T,u as ue,v as de,wt as fe,x as pe,z as me}from"./three.46843efe09fa.js";import{l as he,o as ge,r as _e,s as ve}from"./view.765937267e3d.js";import{n as ye,o as be,t as xe}from"./extent.397d9fb30a46.js";var Se=class extends de{constructor(){super(),this.isInstancedBufferGeometry=!0,this.type=`InstancedBufferGeometry`,this.instanceCount=1/0}copy(e){return super.copy(e),this.instanceCount=e.instanceCount,this}toJSON(){let e=super.toJSON();return e.instanceCount=this.instanceCount,e.isInstancedBufferGeometry=!0,e}},Ce=class{constructor(){this._previousTime=0,this._currentTime=0,this._startTime=performance.now(),this._delta=0,this._elapsed=0,this._timescale=1,this._document=null,this._pageVisibilityHandler=null}connect(e){this._document=e,e.hidden!==void 0&&(this._pageVisibilityHandler=we.bind(this),e.addEventListener(`visibilitychange`,this._pageVisibilityHandler,!1))}disconnect(){this._pageVisibilityHandler!==null&&(this._document.removeEventListener(`visibilitychange`,this._pageVisibilityHandler),this._pageVisibilityHandler=null),this._document=null}getDelta(){return this._delta/1e3}getElapsed(){return this._elapsed/1e3}getTimescale(){return this._timescale}setTimescale(e){return this._timescale=e,this}reset(){return this._currentTime=performance.now()-this._startTime,this}dispose(){this.disconnect()}update(e){return this._pageVisibilityHandler!==null&&this._document.hidden===!0?this._delta=0:(this._previousTime=this._currentTime,this._currentTime=(e===void 0?performance.now():e)-this._startTime,this._delta=(this._currentTime-this._previousTime)*this._timescale,this._elapsed+=this._delta),this}};function we(){this._document.hidden===!1&&this.reset()}var Te=class{static{this.prototype.isMatrix2=!0}constructor(e,t,n,r){this.elements=[1,0,0,1],e!==void 0&&this.set(e,t,n,r)}identity(){return this.set(1,0,0,1),this}fromArray(e,t=0){for(let n=0;n<4;n++)this.elements[n]=e[n+t];return this}set(e,t,n,r){let i=this.elements;return i[0]=e,i[2]=t,i[1]=n,i[3]=r,this}},Ee=new oe(-1,1,1,-1,0,1),De=new class extends de{constructor(){super(),this.setAttribute(`position`,new pe([-1,3,0,-1,-1,0,3,-1,0],3)),this.setAttribute(`uv`,new pe([0,2,0,0,2,0],2))}},Oe=class{constructor(e){this._mesh=new se(De,e)}dispose(){this._mesh.geometry.dispose()}render(e){e.render(this._mesh,Ee)}get material(){return this._mesh.material}set material(e){this._mesh.material=e}},ke=Math.exp(-30),E=2048,D=2048,Ae=1,O=(e=>(e.PLY=`ply`,e.SPZ=`spz`,e.SPLAT=`splat`,e.KSPLAT=`ksplat`,e.PCSOGS=`pcsogs`,e.PCSOGSZIP=`pcsogszip`,e.RAD=`rad`,e))(O||{}),je={rgbMin:0,rgbMax:1,lnScaleMin:-12,lnScaleMax:9,sh1Max:1,sh2Max:1,sh3Max:1,lodOpacity:!1};function Me(e){return e===`int`||e===`ivec2`||e===`ivec3`||e===`ivec4`}function Ne(e){return e===`uint`||e===`uvec2`||e===`uvec3`||e===`uvec4`}function Pe(e){return e===`float`||e===`vec2`||e===`vec3`||e===`vec4`}function Fe(e){return e===`mat2`||e===`mat2x2`||e===`mat2x3`||e===`mat2x4`||e===`mat3`||e===`mat3x2`||e===`mat3x3`||e===`mat3x4`||e===`mat4`||e===`mat4x2`||e===`mat4x3`||e===`mat4x4`}function Ie(e){return Pe(e)||Fe(e)}function Le(e){return e===`mat2`||e===`mat2x2`}function Re(e){return e===`mat3`||e===`mat3x3`}function ze(e){return e===`mat4`||e===`mat4x4`}function k(e){return Math.trunc(e).toString()}function A(e){return`${Math.max(0,Math.trunc(e)).toString()}u`}function j(e){return e===1/0?`INFINITY`:e===-1/0?`-INFINITY`:Number.isInteger(e)?e.toFixed(1):e.toString()}function Be(e){return e instanceof Ve?e.type:e.dynoOut().type}var Ve=class{constructor(e){this.__isDynoValue=!0,this.type=e}},M=class extends Ve{constructor(e,t){super(e.outTypes[t]),this.dyno=e,this.key=t}},He=class extends Ve{constructor(e,t){super(e),this.literal=t}getLiteral(){return this.literal}},Ue=class extends He{constructor(e,t){super(e,``),this.value=t}getLiteral(){let{type:e,value:t}=this;switch(e){case`bool`:return t?`true`:`false`;case`uint`:return A(t);case`int`:return k(t);case`float`:return j(t);case`bvec2`:{let e=t;return`bvec2(${e[0]}, ${e[1]})`}case`uvec2`:{if(t instanceof g)return`uvec2(${A(t.x)}, ${A(t.y)})`;let e=t;return`uvec2(${A(e[0])}, ${A(e[1])})`}case`ivec2`:{if(t instanceof g)return`ivec2(${k(t.x)}, ${k(t.y)})`;let e=t;return`ivec2(${k(e[0])}, ${k(e[1])})`}case`vec2`:{if(t instanceof g)return`vec2(${j(t.x)}, ${j(t.y)})`;let e=t;return`vec2(${j(e[0])}, ${j(e[1])})`}case`bvec3`:{let e=t;return`bvec3(${e[0]}, ${e[1]}, ${e[2]})`}case`uvec3`:{if(t instanceof _)return`uvec3(${A(t.x)}, ${A(t.y)}, ${A(t.z)})`;let e=t;return`uvec3(${A(e[0])}, ${A(e[1])}, ${A(e[2])})`}case`ivec3`:{if(t instanceof _)return`ivec3(${k(t.x)}, ${k(t.y)}, ${k(t.z)})`;let e=t;return`ivec3(${k(e[0])}, ${k(e[1])}, ${k(e[2])})`}case`vec3`:{if(t instanceof _)return`vec3(${j(t.x)}, ${j(t.y)}, ${j(t.z)})`;let e=t;return`vec3(${j(e[0])}, ${j(e[1])}, ${j(e[2])})`}case`bvec4`:{let e=t;return`bvec4(${e[0]}, ${e[1]}, ${e[2]}, ${e[3]})`}case`uvec4`:{if(t instanceof c)return`uvec4(${A(t.x)}, ${A(t.y)}, ${A(t.z)}, ${A(t.w)})`;let e=t;return`uvec4(${A(e[0])}, ${A(e[1])}, ${A(e[2])}, ${A(e[3])})`}case`ivec4`:{if(t instanceof c)return`ivec4(${k(t.x)}, ${k(t.y)}, ${k(t.z)}, ${k(t.w)})`;let e=t;return`ivec4(${k(e[0])}, ${k(e[1])}, ${k(e[2])}, ${k(e[3])})`}case`vec4`:{if(t instanceof c||t instanceof o)return`vec4(${j(t.x)}, ${j(t.y)}, ${j(t.z)}, ${j(t.w)})`;let e=t;return`vec4(${j(e[0])}, ${j(e[1])}, ${j(e[2])}, ${j(e[3])})`}case`mat2`:case`mat2x2`:{let n=t,r=n instanceof Te?n.elements:t;return`${e}(${[,,,,].fill(0).map((e,t)=>j(r[t])).join(`, `)})`}case`mat2x3`:{let n=t;return`${e}(${[,,,,,,].fill(0).map((e,t)=>j(n[t])).join(`, `)})`}case`mat2x4`:{let n=t;return`${e}(${Array(8).fill(0).map((e,t)=>j(n[t])).join(`, `)})`}case`mat3`:case`mat3x3`:{let n=t,i=n instanceof r?n.elements:t;return`${e}(${Array(9).fill(0).map((e,t)=>j(i[t])).join(`, `)})`}case`mat3x2`:{let n=t;return`${e}(${[,,,,,,].fill(0).map((e,t)=>j(n[t])).join(`, `)})`}case`mat3x4`:{let n=t;return`${e}(${Array(12).fill(0).map((e,t)=>j(n[t])).join(`, `)})`}case`mat4`:case`mat4x4`:{let n=t,r=n instanceof d?n.elements:t;return`${e}(${Array(16).fill(0).map((e,t)=>j(r[t])).join(`, `)})`}case`mat4x2`:{let n=t;return`${e}(${Array(8).fill(0).map((e,t)=>j(n[t])).join(`, `)})`}case`mat4x3`:{let n=t;return`${e}(${Array(12).fill(0).map((e,t)=>j(n[t])).join(`, `)})`}default:throw Error(`Type not implemented: ${String(e)}`)}}};function We(e,t){return new Ue(e,t)}var Ge=`    `,Ke=class{constructor({indent:e}={}){this.globals=new Set,this.statements=[],this.uniforms={},this.declares=new Set,this.updaters=[],this.sequence=0,this.indent=Ge,this.indent=e??Ge}nextSequence(){return this.sequence++}},N=class{constructor({inTypes:e,outTypes:t,inputs:n,update:r,globals:i,statements:a,generate:o}){this.inTypes=e??{},this.outTypes=t??{},this.inputs=n??{},this.update=r,this.globals=i,this.statements=a,this.generate=o??(({inputs:e,outputs:t,compile:n})=>({globals:this.globals?.call(this,{inputs:e,outputs:t,compile:n}),statements:this.statements?.call(this,{inputs:e,outputs:t,compile:n})}))}get outputs(){let e={};for(let t in this.outTypes)e[t]=new M(this,t);return e}apply(e){return Object.assign(this.inputs,e),this.outputs}compile({inputs:e,outputs:t,compile:n}){let r=[`// ${this.constructor.name}(${Object.values(e).join(`, `)}) => (${Object.values(t).join(`, `)})`],i=[];for(let e in t){let r=t[e];r&&!n.declares.has(r)&&(n.declares.add(r),i.push(e))}let{globals:a,statements:o,uniforms:s}=this.generate({inputs:e,outputs:t,compile:n});for(let e of a??[])n.globals.add(e);for(let e in s)n.uniforms[e]=s[e];this.update&&n.updaters.push(this.update);for(let e of i){let i=t[e];i&&(n.uniforms[i]||r.push(`${Ye(i,this.outTypes[e])};`))}return o?.length&&(r.push(`{`),r.push(...o.map(e=>n.indent+e)),r.push(`}`)),r}},qe=class extends N{constructor({inTypes:e,outTypes:t,inputs:n,update:r,globals:i,construct:a}){super({inTypes:e,outTypes:t,inputs:n,update:r,globals:i,generate:e=>this.generateBlock(e)}),this.construct=a}generateBlock({inputs:e,outputs:t,compile:n}){let r={},i={};for(let t in e)e[t]!=null&&(r[t]=new He(this.inTypes[t],e[t]));for(let e in t)t[e]!=null&&(i[e]=new Ve(this.outTypes[e]));let a={roots:[]},o=this.construct(r,i,a);for(let r of this.globals?.call(this,{inputs:e,outputs:t,compile:n})??[])n.globals.add(r);let s=[],c=new Map;function l(e,t,r){let i=c.get(e);if(!i){i={sequence:n.nextSequence(),outNames:new Map,newOuts:new Set},c.set(e,i);for(let t in e.inputs){let n=e.inputs[t];for(;n;){if(n instanceof Ve){n instanceof M&&l(n.dyno,n.key);break}if(typeof n.dynoOut!=`function`)throw Error(`dynoOut is not a function for ${n.constructor.name}`);n=n.dynoOut()}}s.push(e)}t&&(r||i.newOuts.add(t),i.outNames.set(t,r??`${t}_${i.sequence}`))}for(let e of a.roots)l(e);for(let e in i){let n=o?.[e]??i[e];for(;n;){if(n instanceof Ve){n instanceof M&&l(n.dyno,n.key,t[e]);break}n=n.dynoOut()}i[e]=n}let u=[];for(let e of s){let t={},r={};for(let n in e.inputs){let r=e.inputs[n];for(;r;){if(r instanceof Ve){if(r instanceof He)t[n]=r.getLiteral();else if(r instanceof M){let e=c.get(r.dyno)?.outNames.get(r.key);if(!e)throw Error(`Source not found for ${r.dyno.constructor.name}.${r.key}`);t[n]=e}break}r=r.dynoOut()}}let i=c.get(e)??{outNames:new Map};for(let[e,t]of i.outNames.entries())r[e]=t;let a=e.compile({inputs:t,outputs:r,compile:n});u.push(a)}let d=[];for(let e in t)i[e]instanceof He&&d.push(`${t[e]} = ${i[e].getLiteral()};`);return d.length>0&&u.push(d),{statements:u.flatMap((e,t)=>t===0?e:[``,...e])}}};function P(e,t,n,{update:r,globals:i}={}){return new qe({inTypes:e,outTypes:t,construct:n,update:r,globals:i})}function Je({inTypes:e,outTypes:t,inputs:n,update:r,globals:i,statements:a,generate:o}){return new N({inTypes:e,outTypes:t,inputs:n,update:r,globals:i,statements:a,generate:o})}function Ye(e,t,n){let r=typeof t==`string`?t:t.type;if(!r)throw Error(`Invalid DynoType: ${String(t)}`);return`${r} ${e}${n==null?``:`[${n}]`}`}function F(e){let t=!1,n=e.split(`
`).map(e=>{let n=e.trimEnd();return t?n:n.length>0?(t=!0,n):null}).filter(e=>e!=null);for(;n.length>0&&n[n.length-1].length===0;)n.pop();if(n.length===0)return[];let r=n[0].match(/^\s*/)?.[0];if(!r)return n;let i=RegExp(`^${r}`);return n.map(e=>e.replace(i,``))}function I(e){return F(e).join(`
`)}var Xe=class extends N{constructor({a:e,outKey:t,outTypeFunc:n}){let r={a:Be(e)},i=n(Be(e));super({inTypes:r,outTypes:{[t]:i},inputs:{a:e}}),this.outKey=t}dynoOut(){return new M(this,this.outKey)}},Ze=class extends N{constructor({a:e,b:t,outKey:n,outTypeFunc:r}){let i={a:Be(e),b:Be(t)},a=r(Be(e),Be(t));super({inTypes:i,outTypes:{[n]:a},inputs:{a:e,b:t}}),this.outKey=n}dynoOut(){return new M(this,this.outKey)}},L={type:`Gsplat`},R={type:`CovSplat`},Qe={type:`PackedSplats`},$e={type:`ExtSplats`},et=(e,t)=>new ut({packedSplats:e,index:t}),tt=(e,t)=>new pt({extSplats:e,index:t}),nt=e=>new mt({gsplat:e}),z=e=>new ht({gsplat:e}),rt=({gsplat:e,flags:t,index:n,center:r,scales:i,quaternion:a,rgba:o,rgb:s,opacity:c,x:l,y:u,z:d,r:f,g:p,b:m})=>new gt({gsplat:e,flags:t,index:n,center:r,scales:i,quaternion:a,rgba:o,rgb:s,opacity:c,x:l,y:u,z:d,r:f,g:p,b:m}),it=(e,{scale:t,rotate:n,translate:r,recolor:i})=>new _t({gsplat:e,scale:t,rotate:n,translate:r,recolor:i}),at=e=>new St({index:e}),ot=e=>new Ct({index:e}),B=I(`
  struct Gsplat {
    vec3 center;
    uint flags;
    vec3 scales;
    int index;
    vec4 quaternion;
    vec4 rgba;
  };
  const uint GSPLAT_FLAG_ACTIVE = 1u << 0u;

  bool isGsplatActive(uint flags) {
    return (flags & GSPLAT_FLAG_ACTIVE) != 0u;
  }
`),st=I(`
  struct CovSplat {
    vec3 center;
    uint flags;
    vec4 rgba;
    vec3 xxyyzz;
    int index;
    vec3 xyxzyz;
  };

  bool isCovSplatActive(uint flags) {
    return (flags & GSPLAT_FLAG_ACTIVE) != 0u;
  }
`),ct=I(`
  struct PackedSplats {
    usampler2DArray textureArray;
    int numSplats;
    vec4 rgbMinMaxLnScaleMinMax;
    bool lodOpacity;
  };
`),lt=I(`
  bool readPackedArray(usampler2DArray texture, int numSplats, vec4 rgbMinMaxLnScaleMinMax, int index, out Gsplat gsplat) {
    if ((index >= 0) && (index < numSplats)) {
      uvec4 packedData = texelFetch(texture, splatTexCoord(index), 0);
      unpackSplatEncoding(packedData, gsplat.center, gsplat.scales, gsplat.quaternion, gsplat.rgba, rgbMinMaxLnScaleMinMax);
      return true;
    } else {
      return false;
    }
  }
`),ut=class extends N{constructor({packedSplats:e,index:t}){super({inTypes:{packedSplats:Qe,index:`int`},outTypes:{gsplat:L},inputs:{packedSplats:e,index:t},globals:()=>[B,ct,lt],statements:({inputs:e,outputs:t})=>{let{gsplat:n}=t;if(!n)return[];let{packedSplats:r,index:i}=e,a;return a=r&&i?F(`
            ${n}.flags = 0u;
            if (readPackedArray(${r}.textureArray, ${r}.numSplats, ${r}.rgbMinMaxLnScaleMinMax, ${i}, ${n})) {
              if (${r}.lodOpacity) {
                ${n}.rgba.a = 2.0 * ${n}.rgba.a;
              }
              bool zeroSize = all(equal(${n}.scales, vec3(0.0, 0.0, 0.0)));
              ${n}.flags = zeroSize ? 0u : GSPLAT_FLAG_ACTIVE;
            }
          `):[`${n}.flags = 0u;`],a.push(`${n}.index = ${i??`0`};`),a}})}dynoOut(){return new M(this,`gsplat`)}},dt=I(`
  struct ExtSplats {
    usampler2DArray textureArray1;
    usampler2DArray textureArray2;
    int numSplats;
  };
`),ft=I(`
  void readExtArrays(usampler2DArray texture1, usampler2DArray texture2, int numSplats, int index, out Gsplat gsplat) {
    gsplat.flags = 0u;
    if ((index >= 0) && (index < numSplats)) {
      ivec3 coord = splatTexCoord(index);
      uvec4 packed1 = texelFetch(texture1, coord, 0);
      uvec4 packed2 = texelFetch(texture2, coord, 0);
      unpackSplatExt(packed1, packed2, gsplat.center, gsplat.scales, gsplat.quaternion, gsplat.rgba);
      gsplat.flags = all(equal(gsplat.scales, vec3(0.0, 0.0, 0.0))) ? 0u : GSPLAT_FLAG_ACTIVE;
      gsplat.index = index;
    }
  }
`),pt=class extends N{constructor({extSplats:e,index:t}){super({inTypes:{extSplats:$e,index:`int`},outTypes:{gsplat:L},inputs:{extSplats:e,index:t},globals:()=>[B,dt,ft],statements:({inputs:e,outputs:t})=>{let{gsplat:n}=t;if(!n)return[`${n}.flags = 0u;`];let{extSplats:r,index:i}=e;return r&&i?F(`
            readExtArrays(${r}.textureArray1, ${r}.textureArray2, ${r}.numSplats, ${i}, ${n});
          `):[`${n}.flags = 0u;`]}})}dynoOut(){return new M(this,`gsplat`)}};I(`
  void readCovArrays(usampler2DArray texture1, usampler2DArray texture2, int numSplats, int index, out CovSplat covsplat) {
    covsplat.flags = 0u;
    if ((index >= 0) && (index < numSplats)) {
      ivec3 coord = splatTexCoord(index);
      uvec4 packed1 = texelFetch(texture1, coord, 0);
      uvec4 packed2 = texelFetch(texture2, coord, 0);
      unpackSplatExtCov(packed1, packed2, covsplat.center, covsplat.rgba, covsplat.xxyyzz, covsplat.xyxzyz);
      covsplat.flags = (all(equal(covsplat.xxyyzz, vec3(0.0))) && all(equal(covsplat.xyxzyz, vec3(0.0)))) ? 0u : GSPLAT_FLAG_ACTIVE;
      gsplat.index = index;
    }
  }
`);var mt=class extends N{constructor({gsplat:e}){super({inTypes:{gsplat:L},outTypes:{covsplat:R},inputs:{gsplat:e},globals:()=>[B,st],statements:({inputs:e,outputs:t})=>{let{gsplat:n}=e,{covsplat:r}=t;return n?F(`
          ${r}.flags = 0u;
          if (isGsplatActive(${n}.flags)) {
            ${r}.flags = ${n}.flags;
            ${r}.index = ${n}.index;
            ${r}.rgba = ${n}.rgba;
            ${r}.center = ${n}.center;
            mat3 m = scaleQuaternionToMatrix(${n}.scales, ${n}.quaternion);
            m = m * transpose(m);
            ${r}.xxyyzz = vec3(m[0][0], m[1][1], m[2][2]);
            ${r}.xyxzyz = vec3(m[0][1], m[0][2], m[1][2]);
          }
        `):[`${r}.flags = 0u;`]}})}dynoOut(){return new M(this,`covsplat`)}},ht=class extends N{constructor({gsplat:e}){super({inTypes:{gsplat:L},outTypes:{flags:`uint`,active:`bool`,index:`int`,center:`vec3`,scales:`vec3`,quaternion:`vec4`,rgba:`vec4`,rgb:`vec3`,opacity:`float`,x:`float`,y:`float`,z:`float`,r:`float`,g:`float`,b:`float`},inputs:{gsplat:e},globals:()=>[B],statements:({inputs:e,outputs:t})=>{let{gsplat:n}=e,{flags:r,active:i,index:a,center:o,scales:s,quaternion:c,rgba:l,rgb:u,opacity:d,x:f,y:p,z:m,r:h,g,b:_}=t;return[r?`${r} = ${n?`${n}.flags`:`0u`};`:null,i?`${i} = isGsplatActive(${n?`${n}.flags`:`0u`});`:null,a?`${a} = ${n?`${n}.index`:`0`};`:null,o?`${o} = ${n?`${n}.center`:`vec3(0.0, 0.0, 0.0)`};`:null,s?`${s} = ${n?`${n}.scales`:`vec3(0.0, 0.0, 0.0)`};`:null,c?`${c} = ${n?`${n}.quaternion`:`vec4(0.0, 0.0, 0.0, 1.0)`};`:null,l?`${l} = ${n?`${n}.rgba`:`vec4(0.0, 0.0, 0.0, 0.0)`};`:null,u?`${u} = ${n?`${n}.rgba.rgb`:`vec3(0.0, 0.0, 0.0)`};`:null,d?`${d} = ${n?`${n}.rgba.a`:`0.0`};`:null,f?`${f} = ${n?`${n}.center.x`:`0.0`};`:null,p?`${p} = ${n?`${n}.center.y`:`0.0`};`:null,m?`${m} = ${n?`${n}.center.z`:`0.0`};`:null,h?`${h} = ${n?`${n}.rgba.r`:`0.0`};`:null,g?`${g} = ${n?`${n}.rgba.g`:`0.0`};`:null,_?`${_} = ${n?`${n}.rgba.b`:`0.0`};`:null].filter(Boolean)}})}},gt=class extends N{constructor({gsplat:e,flags:t,index:n,center:r,scales:i,quaternion:a,rgba:o,rgb:s,opacity:c,x:l,y:u,z:d,r:f,g:p,b:m}){super({inTypes:{gsplat:L,flags:`uint`,index:`int`,center:`vec3`,scales:`vec3`,quaternion:`vec4`,rgba:`vec4`,rgb:`vec3`,opacity:`float`,x:`float`,y:`float`,z:`float`,r:`float`,g:`float`,b:`float`},outTypes:{gsplat:L},inputs:{gsplat:e,flags:t,index:n,center:r,scales:i,quaternion:a,rgba:o,rgb:s,opacity:c,x:l,y:u,z:d,r:f,g:p,b:m},globals:()=>[B],statements:({inputs:e,outputs:t})=>{let{gsplat:n}=t;if(!n)return[];let{gsplat:r,flags:i,index:a,center:o,scales:s,quaternion:c,rgba:l,rgb:u,opacity:d,x:f,y:p,z:m,r:h,g,b:_}=e;return[`${n}.flags = ${i??(r?`${r}.flags`:`0u`)};`,`${n}.index = ${a??(r?`${r}.index`:`0`)};`,`${n}.center = ${o??(r?`${r}.center`:`vec3(0.0, 0.0, 0.0)`)};`,`${n}.scales = ${s??(r?`${r}.scales`:`vec3(0.0, 0.0, 0.0)`)};`,`${n}.quaternion = ${c??(r?`${r}.quaternion`:`vec4(0.0, 0.0, 0.0, 1.0)`)};`,`${n}.rgba = ${l??(r?`${r}.rgba`:`vec4(0.0, 0.0, 0.0, 0.0)`)};`,u?`${n}.rgba.rgb = ${u};`:null,d?`${n}.rgba.a = ${d};`:null,f?`${n}.center.x = ${f};`:null,p?`${n}.center.y = ${p};`:null,m?`${n}.center.z = ${m};`:null,h?`${n}.rgba.r = ${h};`:null,g?`${n}.rgba.g = ${g};`:null,_?`${n}.rgba.b = ${_};`:null].filter(Boolean)}})}dynoOut(){return new M(this,`gsplat`)}};I(`
  vec3 gsplatNormal(vec3 scales, vec4 quaternion) {
    float minScale = min(scales.x, min(scales.y, scales.z));
    vec3 normal;
    if (scales.z == minScale) {
      normal = vec3(0.0, 0.0, 1.0);
    } else if (scales.y == minScale) {
      normal = vec3(0.0, 1.0, 0.0);
    } else {
      normal = vec3(1.0, 0.0, 0.0);
    }
    return quatVec(quaternion, normal);
  }
`);var _t=class extends N{constructor({gsplat:e,scale:t,rotate:n,translate:r,recolor:i}){super({inTypes:{gsplat:L,scale:`float`,rotate:`vec4`,translate:`vec3`,recolor:`vec4`},outTypes:{gsplat:L},inputs:{gsplat:e,scale:t,rotate:n,translate:r,recolor:i},globals:()=>[B],statements:({inputs:e,outputs:t,compile:n})=>{let{gsplat:r}=t;if(!r||!e.gsplat)return[];let{scale:i,rotate:a,translate:o,recolor:s}=e,c=n.indent;return[`${r} = ${e.gsplat};`,`if (isGsplatActive(${r}.flags)) {`,i?`${c}${r}.center *= ${i};`:null,a?`${c}${r}.center = quatVec(${a}, ${r}.center);`:null,o?`${c}${r}.center += ${o};`:null,i?`${c}${r}.scales *= ${i};`:null,a?`${c}${r}.quaternion = quatQuat(${a}, ${r}.quaternion);`:null,s?`${c}${r}.rgba *= ${s};`:null,`}`].filter(Boolean)}})}dynoOut(){return new M(this,`gsplat`)}},vt=e=>new bt({covsplat:e}),yt=({covsplat:e,flags:t,index:n,center:r,rgba:i,rgb:a,opacity:o,x:s,y:c,z:l,r:u,g:d,b:f})=>new xt({covsplat:e,flags:t,index:n,center:r,rgba:i,rgb:a,opacity:o,x:s,y:c,z:l,r:u,g:d,b:f}),bt=class extends N{constructor({covsplat:e}){super({inTypes:{covsplat:R},outTypes:{flags:`uint`,active:`bool`,index:`int`,center:`vec3`,rgba:`vec4`,rgb:`vec3`,opacity:`float`,x:`float`,y:`float`,z:`float`,r:`float`,g:`float`,b:`float`},inputs:{covsplat:e},globals:()=>[st],statements:({inputs:e,outputs:t})=>{let{covsplat:n}=e,{flags:r,active:i,index:a,center:o,rgba:s,rgb:c,opacity:l,x:u,y:d,z:f,r:p,g:m,b:h}=t;return[r?`${r} = ${n?`${n}.flags`:`0u`};`:null,i?`${i} = isCovSplatActive(${n?`${n}.flags`:`0u`});`:null,a?`${a} = ${n?`${n}.index`:`0`};`:null,o?`${o} = ${n?`${n}.center`:`vec3(0.0, 0.0, 0.0)`};`:null,s?`${s} = ${n?`${n}.rgba`:`vec4(0.0, 0.0, 0.0, 0.0)`};`:null,c?`${c} = ${n?`${n}.rgba.rgb`:`vec3(0.0, 0.0, 0.0)`};`:null,l?`${l} = ${n?`${n}.rgba.a`:`0.0`};`:null,u?`${u} = ${n?`${n}.center.x`:`0.0`};`:null,d?`${d} = ${n?`${n}.center.y`:`0.0`};`:null,f?`${f} = ${n?`${n}.center.z`:`0.0`};`:null,p?`${p} = ${n?`${n}.rgba.r`:`0.0`};`:null,m?`${m} = ${n?`${n}.rgba.g`:`0.0`};`:null,h?`${h} = ${n?`${n}.rgba.b`:`0.0`};`:null].filter(Boolean)}})}},xt=class extends N{constructor({covsplat:e,flags:t,index:n,center:r,rgba:i,rgb:a,opacity:o,x:s,y:c,z:l,r:u,g:d,b:f}){super({inTypes:{covsplat:R,flags:`uint`,index:`int`,center:`vec3`,rgba:`vec4`,rgb:`vec3`,opacity:`float`,x:`float`,y:`float`,z:`float`,r:`float`,g:`float`,b:`float`},outTypes:{covsplat:R},inputs:{covsplat:e,flags:t,index:n,center:r,rgba:i,rgb:a,opacity:o,x:s,y:c,z:l,r:u,g:d,b:f},globals:()=>[st],statements:({inputs:e,outputs:t})=>{let{covsplat:n}=t;if(!n)return[];let{covsplat:r,flags:i,index:a,center:o,rgba:s,rgb:c,opacity:l,x:u,y:d,z:f,r:p,g:m,b:h}=e;return[`${n}.flags = ${i??(r?`${r}.flags`:`0u`)};`,`${n}.index = ${a??(r?`${r}.index`:`0`)};`,`${n}.center = ${o??(r?`${r}.center`:`vec3(0.0, 0.0, 0.0)`)};`,`${n}.rgba = ${s??(r?`${r}.rgba`:`vec4(0.0, 0.0, 0.0, 0.0)`)};`,c?`${n}.rgba.rgb = ${c};`:null,l?`${n}.rgba.a = ${l};`:null,u?`${n}.center.x = ${u};`:null,d?`${n}.center.y = ${d};`:null,f?`${n}.center.z = ${f};`:null,p?`${n}.rgba.r = ${p};`:null,m?`${n}.rgba.g = ${m};`:null,h?`${n}.rgba.b = ${h};`:null,`${n}.xxyyzz = ${r?`${r}.xxyyzz`:`vec3(0.0, 0.0, 0.0)`};`,`${n}.xyxzyz = ${r?`${r}.xyxzyz`:`vec3(0.0, 0.0, 0.0)`};`].filter(Boolean)}})}dynoOut(){return new M(this,`covsplat`)}},St=class extends N{constructor({index:e}){super({inTypes:{index:`int`},outTypes:{coord:`ivec3`},inputs:{index:e},statements:({inputs:e,outputs:t})=>{let{index:n}=e,{coord:r}=t;return!n||!r?[]:[`${r} = splatTexCoord(${n});`]}})}dynoOut(){return new M(this,`coord`)}},Ct=class extends N{constructor({index:e}){super({inTypes:{index:`int`},outTypes:{coord:`ivec3`},inputs:{index:e},statements:({inputs:e,outputs:t})=>{let{index:n}=e,{coord:r}=t;return!n||!r?[]:[`${r} = pagedSplatTexCoord(${n});`]}})}dynoOut(){return new M(this,`coord`)}},wt=(e,t)=>new At({gsplat:e,rgbMinMaxLnScaleMinMax:t}),Tt=(e,t)=>new jt({covsplat:e,rgbMinMaxLnScaleMinMax:t}),Et=e=>new Mt({gsplat:e}),Dt=e=>new Nt({covsplat:e}),Ot=(e,t,n,r)=>new Pt({gsplat:e,viewCenter:t,viewDir:n,sortRadial:r}),kt=(e,t,n,r)=>new Ft({covsplat:e,viewCenter:t,viewDir:n,sortRadial:r}),At=class extends N{constructor({gsplat:e,rgbMinMaxLnScaleMinMax:t}){super({inTypes:{gsplat:L,rgbMinMaxLnScaleMinMax:`vec4`},inputs:{gsplat:e,rgbMinMaxLnScaleMinMax:t},globals:()=>[B],statements:({inputs:e,outputs:t})=>{let{gsplat:n,rgbMinMaxLnScaleMinMax:r}=e;return n&&r?F(`
            if (isGsplatActive(${n}.flags)) {
              target = packSplatEncoding(${n}.center, ${n}.scales, ${n}.quaternion, ${n}.rgba, ${r});
            } else {
              target = uvec4(0u, 0u, 0u, 0u);
            }
          `):[`target = uvec4(0u, 0u, 0u, 0u);`]}})}},jt=class extends N{constructor({covsplat:e,rgbMinMaxLnScaleMinMax:t}){super({inTypes:{covsplat:R,rgbMinMaxLnScaleMinMax:`vec4`},inputs:{covsplat:e,rgbMinMaxLnScaleMinMax:t},globals:()=>[st],statements:({inputs:e})=>{let{covsplat:t,rgbMinMaxLnScaleMinMax:n}=e;return t&&n?F(`
            if (isCovSplatActive(${t}.flags)) {
              target = packSplatCovEncoding(${t}.center, ${t}.rgba, ${t}.xxyyzz, ${t}.xyxzyz, ${n});
            } else {
              target = uvec4(0u);
            }
          `):[`target = uvec4(0u);`]}})}},Mt=class extends N{constructor({gsplat:e}){super({inTypes:{gsplat:L},inputs:{gsplat:e},globals:()=>[B],statements:({inputs:e})=>{let{gsplat:t}=e;return t?F(`
            if (isGsplatActive(${t}.flags)) {
              packSplatExt(target, target2, ${t}.center, ${t}.scales, ${t}.quaternion, ${t}.rgba);
            } else {
              target = uvec4(0u);
              target2 = uvec4(0u);
            }
          `):[`target = uvec4(0u);`,`target2 = uvec4(0u);`]}})}},Nt=class extends N{constructor({covsplat:e}){super({inTypes:{covsplat:R},inputs:{covsplat:e},globals:()=>[st],statements:({inputs:e})=>{let{covsplat:t}=e;return t?F(`
            if (isCovSplatActive(${t}.flags)) {
              packSplatExtCov(target, target2, ${t}.center, ${t}.rgba, ${t}.xxyyzz, ${t}.xyxzyz);
            } else {
              target = uvec4(0u);
              target2 = uvec4(0u);
            }
          `):[`target = uvec4(0u);`,`target2 = uvec4(0u);`]}})}},Pt=class extends N{constructor({gsplat:e,viewCenter:t,viewDir:n,sortRadial:r}){super({inTypes:{gsplat:L,viewCenter:`vec3`,viewDir:`vec3`,sortRadial:`bool`},inputs:{gsplat:e,viewCenter:t,viewDir:n,sortRadial:r},globals:()=>[B],statements:({inputs:e})=>{let{gsplat:t,viewCenter:n,viewDir:r,sortRadial:i}=e;return t&&n&&r&&i?F(`
            float metric = 1.0 / 0.0;
            if (isGsplatActive(${t}.flags)) {
              vec3 center = ${t}.center - ${n};
              if (${i}) {
                metric = length(center);
              } else {
                float bias = 100.0; // reduce popping
                metric = dot(center, ${r}) + bias;
              }
            }
            target3 = floatToVec4(metric);
          `):[]}})}},Ft=class extends N{constructor({covsplat:e,viewCenter:t,viewDir:n,sortRadial:r}){super({inTypes:{covsplat:R,viewCenter:`vec3`,viewDir:`vec3`,sortRadial:`bool`},inputs:{covsplat:e,viewCenter:t,viewDir:n,sortRadial:r},globals:()=>[st],statements:({inputs:e})=>{let{covsplat:t,viewCenter:n,viewDir:r,sortRadial:i}=e;return t&&n&&r&&i?F(`
            float metric = 1.0 / 0.0;
            if (isCovSplatActive(${t}.flags)) {
              vec3 center = ${t}.center - ${n};
              if (${i}) {
                metric = length(center);
              } else {
                float bias = 100.0; // reduce popping
                metric = dot(center, ${r}) + bias;
              }
            }
            target3 = floatToVec4(metric);
          `):[]}})}},It=class extends N{constructor({rgba8:e}){super({inTypes:{rgba8:`vec4`},inputs:{rgba8:e},statements:({inputs:e,outputs:t})=>[`target = ${e.rgba8??`vec4(0.0, 0.0, 0.0, 0.0)`};`]})}dynoOut(){return new M(this,`rgba8`)}},V=class extends N{constructor({key:e,type:t,count:n,value:r,update:i,globals:a}){e??=`value`,super({outTypes:{[e]:t},update:()=>{if(i){let e=i(this.value);e!==void 0&&(this.value=e)}this.uniform.value=this.value},generate:({inputs:r,outputs:i})=>{let o=a?.({inputs:r,outputs:i})??[],s={},c=i[e];return c&&(o.push(`uniform ${Ye(c,t,n)};`),s[c]=this.uniform),{globals:o,uniforms:s}}}),this.type=t,this.count=n,this.value=r,this.uniform={value:r},this.outKey=e}dynoOut(){return new M(this,this.outKey)}},Lt=class extends V{constructor({key:e,value:t,update:n}){super({key:e,type:`bool`,value:t,update:n})}},Rt=class extends V{constructor({key:e,value:t,update:n}){super({key:e,type:`int`,value:t,update:n})}},zt=class extends V{constructor({key:e,value:t,update:n}){super({key:e,type:`float`,value:t,update:n})}},Bt=class extends V{constructor({key:e,value:t,update:n}){super({key:e,type:`vec3`,value:t,update:n})}},Vt=class extends V{constructor({key:e,value:t,update:n}){super({key:e,type:`vec4`,value:t,update:n})}},Ht=class extends V{constructor({key:e,value:t,update:n}){super({key:e,type:`mat3`,value:t,update:n})}},Ut=class extends V{constructor({key:e,value:t,update:n}){super({key:e,type:`usampler2D`,value:t,update:n})}},H=class extends V{constructor({key:e,value:t,update:n}){super({key:e,type:`usampler2DArray`,value:t,update:n})}},U=Uint8Array,Wt=Uint16Array,Gt=Int32Array,Kt=new U([0,0,0,0,0,0,0,0,1,1,1,1,2,2,2,2,3,3,3,3,4,4,4,4,5,5,5,5,0,0,0,0]),qt=new U([0,0,0,0,1,1,2,2,3,3,4,4,5,5,6,6,7,7,8,8,9,9,10,10,11,11,12,12,13,13,0,0]),Jt=new U([16,17,18,0,8,7,9,6,10,5,11,4,12,3,13,2,14,1,15]),Yt=function(e,t){for(var n=new Wt(31),r=0;r<31;++r)n[r]=t+=1<<e[r-1];for(var i=new Gt(n[30]),r=1;r<30;++r)for(var a=n[r];a<n[r+1];++a)i[a]=a-n[r]<<5|r;return{b:n,r:i}},Xt=Yt(Kt,2),Zt=Xt.b,Qt=Xt.r;Zt[28]=258,Qt[258]=28;for(var $t=Yt(qt,0).b,en=new Wt(32768),W=0;W<32768;++W){var tn=(W&43690)>>1|(W&21845)<<1;tn=(tn&52428)>>2|(tn&13107)<<2,tn=(tn&61680)>>4|(tn&3855)<<4,en[W]=((tn&65280)>>8|(tn&255)<<8)>>1}for(var nn=function(e,t,n){for(var r=e.length,i=0,a=new Wt(t);i<r;++i)e[i]&&++a[e[i]-1];var o=new Wt(t);for(i=1;i<t;++i)o[i]=o[i-1]+a[i-1]<<1;var s;if(n){s=new Wt(1<<t);var c=15-t;for(i=0;i<r;++i)if(e[i])for(var l=i<<4|e[i],u=t-e[i],d=o[e[i]-1]++<<u,f=d|(1<<u)-1;d<=f;++d)s[en[d]>>c]=l}else for(s=new Wt(r),i=0;i<r;++i)e[i]&&(s[i]=en[o[e[i]-1]++]>>15-e[i]);return s},rn=new U(288),W=0;W<144;++W)rn[W]=8;for(var W=144;W<256;++W)rn[W]=9;for(var W=256;W<280;++W)rn[W]=7;for(var W=280;W<288;++W)rn[W]=8;for(var an=new U(32),W=0;W<32;++W)an[W]=5;var on=nn(rn,9,1),sn=nn(an,5,1),cn=function(e){for(var t=e[0],n=1;n<e.length;++n)e[n]>t&&(t=e[n]);return t},G=function(e,t,n){var r=t/8|0;return(e[r]|e[r+1]<<8)>>(t&7)&n},ln=function(e,t){var n=t/8|0;return(e[n]|e[n+1]<<8|e[n+2]<<16)>>(t&7)},un=function(e){return(e+7)/8|0},dn=function(e,t,n){return(t==null||t<0)&&(t=0),(n==null||n>e.length)&&(n=e.length),new U(e.subarray(t,n))},fn=[`unexpected EOF`,`invalid block type`,`invalid length/literal`,`invalid distance`,`stream finished`,`no stream handler`,,`no callback`,`invalid UTF-8 data`,`extra field too long`,`date not in range 1980-2099`,`filename too long`,`stream finishing`,`invalid zip data`],K=function(e,t,n){var r=Error(t||fn[e]);if(r.code=e,Error.captureStackTrace&&Error.captureStackTrace(r,K),!n)throw r;return r},pn=function(e,t,n,r){var i=e.length,a=r?r.length:0;if(!i||t.f&&!t.l)return n||new U(0);var o=!n,s=o||t.i!=2,c=t.i;o&&(n=new U(i*3));var l=function(e){var t=n.length;if(e>t){var r=new U(Math.max(t*2,e));r.set(n),n=r}},u=t.f||0,d=t.p||0,f=t.b||0,p=t.l,m=t.d,h=t.m,g=t.n,_=i*8;do{if(!p){u=G(e,d,1);var v=G(e,d+1,3);if(d+=3,!v){var y=un(d)+4,b=e[y-4]|e[y-3]<<8,x=y+b;if(x>i){c&&K(0);break}s&&l(f+b),n.set(e.subarray(y,x),f),t.b=f+=b,t.p=d=x*8,t.f=u;continue}if(v==1)p=on,m=sn,h=9,g=5;else if(v==2){var ee=G(e,d,31)+257,te=G(e,d+10,15)+4,S=ee+G(e,d+5,31)+1;d+=14;for(var ne=new U(S),C=new U(19),w=0;w<te;++w)C[Jt[w]]=G(e,d+w*3,7);d+=te*3;for(var re=cn(C),ie=(1<<re)-1,ae=nn(C,re,1),w=0;w<S;){var oe=ae[G(e,d,ie)];d+=oe&15;var y=oe>>4;if(y<16)ne[w++]=y;else{var se=0,ce=0;for(y==16?(ce=3+G(e,d,3),d+=2,se=ne[w-1]):y==17?(ce=3+G(e,d,7),d+=3):y==18&&(ce=11+G(e,d,127),d+=7);ce--;)ne[w++]=se}}var le=ne.subarray(0,ee),T=ne.subarray(ee);h=cn(le),g=cn(T),p=nn(le,h,1),m=nn(T,g,1)}else K(1);if(d>_){c&&K(0);break}}s&&l(f+131072);for(var ue=(1<<h)-1,de=(1<<g)-1,fe=d;;fe=d){var se=p[ln(e,d)&ue],pe=se>>4;if(d+=se&15,d>_){c&&K(0);break}if(se||K(2),pe<256)n[f++]=pe;else if(pe==256){fe=d,p=null;break}else{var me=pe-254;if(pe>264){var w=pe-257,he=Kt[w];me=G(e,d,(1<<he)-1)+Zt[w],d+=he}var ge=m[ln(e,d)&de],_e=ge>>4;ge||K(3),d+=ge&15;var T=$t[_e];if(_e>3){var he=qt[_e];T+=ln(e,d)&(1<<he)-1,d+=he}if(d>_){c&&K(0);break}s&&l(f+131072);var ve=f+me;if(f<T){var ye=a-T,be=Math.min(T,ve);for(ye+f<0&&K(3);f<be;++f)n[f]=r[ye+f]}for(;f<ve;++f)n[f]=n[f-T]}}t.l=p,t.p=fe,t.b=f,t.f=u,p&&(u=1,t.m=h,t.d=m,t.n=g)}while(!u);return f!=n.length&&o?dn(n,0,f):n.subarray(0,f)},mn=new U(0),q=function(e,t){return e[t]|e[t+1]<<8},J=function(e,t){return(e[t]|e[t+1]<<8|e[t+2]<<16|e[t+3]<<24)>>>0},hn=function(e,t){return J(e,t)+J(e,t+4)*4294967296},gn=function(e){(e[0]!=31||e[1]!=139||e[2]!=8)&&K(6,`invalid gzip data`);var t=e[3],n=10;t&4&&(n+=(e[10]|e[11]<<8)+2);for(var r=(t>>3&1)+(t>>4&1);r>0;r-=!e[n++]);return n+(t&2)},_n=function(){function e(e,t){typeof e==`function`&&(t=e,e={}),this.ondata=t;var n=e&&e.dictionary&&e.dictionary.subarray(-32768);this.s={i:0,b:n?n.length:0},this.o=new U(32768),this.p=new U(0),n&&this.o.set(n)}return e.prototype.e=function(e){if(this.ondata||K(5),this.d&&K(4),!this.p.length)this.p=e;else if(e.length){var t=new U(this.p.length+e.length);t.set(this.p),t.set(e,this.p.length),this.p=t}},e.prototype.c=function(e){this.s.i=+(this.d=e||!1);var t=this.s.b,n=pn(this.p,this.s,this.o);this.ondata(dn(n,t,this.s.b),this.d),this.o=dn(n,this.s.b-32768),this.s.b=this.o.length,this.p=dn(this.p,this.s.p/8|0),this.s.p&=7},e.prototype.push=function(e,t){this.e(e),this.c(t)},e}();function vn(e,t){return pn(e,{i:2},t&&t.out,t&&t.dictionary)}var yn=function(){function e(e,t){this.v=1,this.r=0,_n.call(this,e,t)}return e.prototype.push=function(e,t){if(_n.prototype.e.call(this,e),this.r+=e.length,this.v){var n=this.p.subarray(this.v-1),r=n.length>3?gn(n):4;if(r>n.length){if(!t)return}else this.v>1&&this.onmember&&this.onmember(this.r-n.length);this.p=n.subarray(r),this.v=0}_n.prototype.c.call(this,t),this.s.f&&!this.s.l&&!t&&(this.v=un(this.s.p)+9,this.s={i:0},this.o=new U(0),this.push(new U(0),t))},e}(),bn=typeof TextDecoder<`u`&&new TextDecoder;try{bn.decode(mn,{stream:!0})}catch{}var xn=function(e){for(var t=``,n=0;;){var r=e[n++],i=(r>127)+(r>223)+(r>239);if(n+i>e.length)return{s:t,r:dn(e,n-1)};i?i==3?(r=((r&15)<<18|(e[n++]&63)<<12|(e[n++]&63)<<6|e[n++]&63)-65536,t+=String.fromCharCode(55296|r>>10,56320|r&1023)):i&1?t+=String.fromCharCode((r&31)<<6|e[n++]&63):t+=String.fromCharCode((r&15)<<12|(e[n++]&63)<<6|e[n++]&63):t+=String.fromCharCode(r)}};function Sn(e,t){if(t){for(var n=``,r=0;r<e.length;r+=16384)n+=String.fromCharCode.apply(null,e.subarray(r,r+16384));return n}if(bn)return bn.decode(e);var i=xn(e),a=i.s,n=i.r;return n.length&&K(8),a}var Cn=function(e,t){return t+30+q(e,t+26)+q(e,t+28)},wn=function(e,t,n){var r=q(e,t+28),i=Sn(e.subarray(t+46,t+46+r),!(q(e,t+8)&2048)),a=t+46+r,o=J(e,t+20),s=n&&o==4294967295?Tn(e,a):[o,J(e,t+24),J(e,t+42)],c=s[0],l=s[1],u=s[2];return[q(e,t+10),c,l,i,a+q(e,t+30)+q(e,t+32),u]},Tn=function(e,t){for(;q(e,t)!=1;t+=4+q(e,t+2));return[hn(e,t+12),hn(e,t+4),hn(e,t+20)]};function En(e,t){for(var n={},r=e.length-22;J(e,r)!=101010256;--r)(!r||e.length-r>65558)&&K(13);var i=q(e,r+8);if(!i)return{};var a=J(e,r+16),o=a==4294967295||i==65535;if(o){var s=J(e,r-12);o=J(e,s)==101075792,o&&(i=J(e,s+32),a=J(e,s+48))}for(var c=t&&t.filter,l=0;l<i;++l){var u=wn(e,a,o),d=u[0],f=u[1],p=u[2],m=u[3],h=u[4],g=u[5],_=Cn(e,g);a=h,(!c||c({name:m,size:f,originalSize:p,compression:d}))&&(d?d==8?n[m]=vn(e.subarray(_,_+f),{out:new U(p)}):K(14,`unknown compression type `+d):n[m]=dn(e,_,_+f))}return n}var Dn=Number.parseInt(`187`)>=179,On=new Float32Array(1),kn=new Uint32Array(On.buffer),An=`Float16Array`in globalThis,jn=An?new globalThis.Float16Array(1):null,Mn=new Uint16Array(jn?.buffer);function Nn(e){return On[0]=e,kn[0]}function Pn(e){return kn[0]=e,On[0]}var Fn=An?Ln:Rn,In=An?zn:Bn;function Ln(e){return jn[0]=e,Mn[0]}function Rn(e){On[0]=e;let t=kn[0],n=t>>31&1,r=t>>23&255,i=t&8388607,a=n<<15;if(r===255)return i===0?a|31744:a|32767;let o=r-127+15;if(o>=31)return a|31744;if(o<=0)return o<-10?a:a|(i|8388608)>>1-o+13;let s=i>>13;return a|o<<10|s}function zn(e){return Mn[0]=e,jn[0]}function Bn(e){let t=e>>15&1,n=e>>10&31,r=e&1023,i;if(n===0){if(r===0)i=t<<31;else{let e=r,n=-14;for(;!(e&1024);)e<<=1,n--;e&=1023;let a=n+127,o=e<<13;i=t<<31|a<<23|o}}else if(n===31)i=r===0?t<<31|2139095040:t<<31|2143289344;else{let e=n-15+127,a=r<<13;i=t<<31|e<<23|a}return kn[0]=i,On[0]}function Vn(e){return Math.max(0,Math.min(255,Math.round(e*255)))}function Hn(e){let t=[],n=new Set;function r(e){e&&typeof e==`object`&&!n.has(e)&&(n.add(e),e instanceof ArrayBuffer?t.push(e):ArrayBuffer.isView(e)?t.push(e.buffer):Array.isArray(e)?e.forEach(r):Object.values(e).forEach(r))}return r(e),t}function Un(e,t,n,r,i,a,o,s,c,l,u,d,f,p,m,h){let g=t*4,[_,v]=e;_[g]=Nn(n),_[g+1]=Nn(r),_[g+2]=Nn(i),_[g+3]=Fn(f),v[g]=Fn(p)|Fn(m)<<16,v[g+1]=Fn(h)|Fn(Math.log(a))<<16,v[g+2]=Fn(Math.log(o))|Fn(Math.log(s))<<16,v[g+3]=ar(c,l,u,d)}function Wn(e,t){let n=qn,r=t*4,[i,a]=e;return n.center.x=Pn(i[r]),n.center.y=Pn(i[r+1]),n.center.z=Pn(i[r+2]),n.opacity=In(i[r+3]&65535),n.color.r=In(a[r]&65535),n.color.g=In(a[r]>>>16),n.color.b=In(a[r+1]&65535),n.scales.x=Math.exp(In(a[r+1]>>>16)),n.scales.y=Math.exp(In(a[r+2]&65535)),n.scales.z=Math.exp(In(a[r+2]>>>16)),or(a[r+3],n.quaternion),n}function Gn(e,t,n,r,i,a,o,s,c,l,u,d,f,p,m,h,g){let _=g?.rgbMin??0,v=(g?.rgbMax??1)-_,y=Vn((p-_)/v),b=Vn((m-_)/v),x=Vn((h-_)/v),ee=Vn(g?.lodOpacity?.5*f:f),te=rr(Kn.set(c,l,u,d)),S=te&255,ne=te>>>8&255,C=te>>>16&255,w=g?.lnScaleMin??-12,re=254/((g?.lnScaleMax??9)-w),ie=a<ke?0:Math.min(255,Math.max(1,Math.round((Math.log(a)-w)*re)+1)),ae=o<ke?0:Math.min(255,Math.max(1,Math.round((Math.log(o)-w)*re)+1)),oe=s<ke?0:Math.min(255,Math.max(1,Math.round((Math.log(s)-w)*re)+1)),se=Fn(n),ce=Fn(r),le=Fn(i),T=t*4;e[T]=y|b<<8|x<<16|ee<<24,e[T+1]=se|ce<<16,e[T+2]=le|S<<16|ne<<24,e[T+3]=ie|ae<<8|oe<<16|C<<24}var Kn=new o,qn={center:new _,scales:new _,quaternion:new o,color:new C,opacity:0};function Jn(e,t,n){let r=qn,i=t*4,a=e[i],o=e[i+1],s=e[i+2],c=e[i+3],l=n?.rgbMin??0,u=(n?.rgbMax??1)-l;r.color.set(l+(a&255)/255*u,l+(a>>>8&255)/255*u,l+(a>>>16&255)/255*u),r.opacity=(a>>>24&255)/255,n?.lodOpacity&&(r.opacity=2*r.opacity),r.center.set(In(o&65535),In(o>>>16&65535),In(s&65535));let d=n?.lnScaleMin??-12,f=((n?.lnScaleMax??9)-d)/254,p=c&255;r.scales.x=p===0?0:Math.exp(d+(p-1)*f);let m=c>>>8&255;r.scales.y=m===0?0:Math.exp(d+(m-1)*f);let h=c>>>16&255;return r.scales.z=h===0?0:Math.exp(d+(h-1)*f),ir(s>>>16&65535|c>>>8&16711680,r.quaternion),r}function Y(e){let t=E,n=Math.max(Ae,Math.min(D,Math.ceil(e/t))),r=Math.ceil(e/(t*n));return{width:t,height:n,depth:r,maxSplats:t*n*r}}function Yn(){return navigator.platform.toLowerCase().startsWith(`win`)?!1:navigator.maxTouchPoints>0||/Mobi|Android|iPhone|iPad|iPod|Opera Mini|IEMobile/.test(navigator.userAgent)}function Xn(){return/Android/.test(navigator.userAgent)||/Tizen/.test(navigator.userAgent)}function Zn(){return!!navigator.xr&&/Oculus/.test(navigator.userAgent)}function Qn(){return/iPhone|iPad/.test(navigator.userAgent)}function $n(){return!!navigator.xr&&Qn()&&/Safari/.test(navigator.userAgent)&&Yn()}var er=I(`
  precision highp float;

  in vec3 position;

  void main() {
    gl_Position = vec4(position.xy, 0.0, 1.0);
  }
`),tr=new o,nr=new _;function rr(e){let t=tr.copy(e).normalize();t.w<0&&t.set(-t.x,-t.y,-t.z,-t.w);let n=2*Math.acos(t.w),r=Math.sqrt(t.x*t.x+t.y*t.y+t.z*t.z),i=r<1e-6?nr.set(1,0,0):nr.set(t.x,t.y,t.z).divideScalar(r),a=Math.abs(i.x)+Math.abs(i.y)+Math.abs(i.z),o=i.x/a,s=i.y/a;if(i.z<0){let e=o;o=(1-Math.abs(s))*(o>=0?1:-1),s=(1-Math.abs(e))*(s>=0?1:-1)}let c=o*.5+.5,l=s*.5+.5,u=Math.round(c*255),d=Math.round(l*255);return Math.round(255/Math.PI*n)<<16|d<<8|u}function ir(e,t){let n=e&255,r=e>>>8&255,i=e>>>16&255,a=n/255,o=r/255,s=(a-.5)*2,c=(o-.5)*2,l=1-(Math.abs(s)+Math.abs(c)),u=Math.max(-l,0);s+=s>=0?-u:u,c+=c>=0?-u:u;let d=nr.set(s,c,l).normalize(),f=i/255*Math.PI*.5,p=Math.sin(f),m=Math.cos(f);return t.set(d.x*p,d.y*p,d.z*p,m),t}function ar(e,t,n,r){let i=Math.sqrt(e*e+t*t+n*n+r*r),a=(r<0?-e:e)/i,o=(r<0?-t:t)/i,s=(r<0?-n:n)/i,c=(r<0?-r:r)/i,l=2*Math.acos(c),u=Math.sqrt(a*a+o*o+s*s),d=u<1e-6?1:a/u,f=u<1e-6?0:o/u,p=u<1e-6?0:s/u,m=Math.abs(d)+Math.abs(f)+Math.abs(p),h=d/m,g=f/m;if(p<0){let e=h;h=(1-Math.abs(g))*(h>=0?1:-1),g=(1-Math.abs(e))*(g>=0?1:-1)}let _=h*.5+.5,v=g*.5+.5,y=Math.round(_*1023),b=Math.round(v*1023);return Math.round(4095/Math.PI*l)<<20|b<<10|y}function or(e,t){let n=e&1023,r=e>>>10&1023,i=e>>>20&4095,a=n/1023,o=r/1023,s=(a-.5)*2,c=(o-.5)*2,l=1-(Math.abs(s)+Math.abs(c)),u=Math.max(-l,0);s+=s>=0?-u:u,c+=c>=0?-u:u;let d=Math.sqrt(s*s+c*c+l*l),f=d<1e-6?0:s/d,p=d<1e-6?0:c/d,m=d<1e-6?0:l/d,h=i/4095*Math.PI*.5,g=Math.sin(h),_=Math.cos(h);return t.set(f*g,p*g,m*g,_),t}function sr(e,t){let n=[],r=0,i=null,a=new yn((e,a)=>{if(n.push(e),r+=e.length,a||r>=t){let e=new Uint8Array(r),a=0;for(let t of n)e.set(t,a),a+=t.length;i=e.slice(0,t)}}),o=1024,s=0;for(;i==null&&s<e.length;){let t=e.slice(s,s+o);a.push(t,!1),s+=o}if(i==null&&(a.push(new Uint8Array,!0),i==null))throw Error(`Failed to decompress partial gzip`);return i}function cr(e,t,n,r,i){let a=e.getContext(),o=e.properties.get(t)?.__webglTexture;if(!o)throw Error(`texture not found`);let s=a.getParameter(a.UNPACK_FLIP_Y_WEBGL),c=a.getParameter(a.UNPACK_PREMULTIPLY_ALPHA_WEBGL);e.state.activeTexture(a.TEXTURE0),e.state.bindTexture(a.TEXTURE_2D,o),a.bindBuffer(a.PIXEL_UNPACK_BUFFER,null),a.pixelStorei(a.UNPACK_FLIP_Y_WEBGL,!1),a.pixelStorei(a.UNPACK_PREMULTIPLY_ALPHA_WEBGL,!1),a.texSubImage2D(a.TEXTURE_2D,0,0,0,n,r,a.RGBA_INTEGER,a.UNSIGNED_INT,i),e.state.unbindTexture(),a.pixelStorei(a.UNPACK_FLIP_Y_WEBGL,s),a.pixelStorei(a.UNPACK_PREMULTIPLY_ALPHA_WEBGL,c)}var lr=class{constructor({graph:e,inputs:t,outputs:n,template:r,consoleLog:i}){this.graph=e,this.template=r,this.inputs=t??{},this.outputs=n??{};let a=new Ke({indent:this.template.indent});for(let e in this.outputs)this.outputs[e]&&a.declares.add(this.outputs[e]);let o=e.compile({inputs:this.inputs,outputs:this.outputs,compile:a});this.shader=r.generate({globals:a.globals,statements:o}),this.uniforms=a.uniforms,this.updaters=a.updaters,i&&(console.log(`*** COMPILED SHADER`,this.shader),console.log(`*** UNIFORMS`,this.uniforms))}prepareMaterial(){return fr(this)}update(){for(let e of this.updaters)e()}},ur=class{constructor(e){let t=e.match(/^([ \t]*)\{\{\s*GLOBALS\s*\}\}/m),n=e.match(/^([ \t]*)\{\{\s*STATEMENTS\s*\}\}/m);if(!t||!n)throw Error(`Template must contain {{ GLOBALS }} and {{ STATEMENTS }}`);this.before=e.substring(0,t.index),this.between=e.substring(t.index+t[0].length,n.index),this.after=e.substring(n.index+n[0].length),this.indent=n[1]}generate({globals:e,statements:t}){return this.before+Array.from(e).join(`

`)+this.between+t.map(e=>this.indent+e).join(`
`)+this.after}},dr=new WeakMap;function fr(e){let t=dr.get(e);return t||(t=new re({glslVersion:te,vertexShader:er,fragmentShader:e.shader,uniforms:e.uniforms}),dr.set(e,t),t)}function pr(e,t,n=`add`){let r=()=>{throw Error(`Invalid ${n} types: ${e}, ${t}`)};if(e===t)return e;if(e===`int`){if(Me(t))return t;r()}if(t===`int`){if(Me(e))return e;r()}if(e===`uint`){if(Ne(t))return t;r()}if(t===`uint`){if(Ne(e))return e;r()}if(e===`float`){if(Ie(t))return t;r()}if(t===`float`){if(Ie(e))return e;r()}throw Error(`Invalid ${n} types: ${e}, ${t}`)}function mr(e,t){return pr(e,t,`sub`)}function hr(e,t){let n=()=>{throw Error(`Invalid mul types: ${e}, ${t}`)},r=e=>e;if(e===`int`){if(Me(t))return r(t);n()}if(t===`int`){if(Me(e))return r(e);n()}if(e===`uint`){if(Ne(t))return r(t);n()}if(t===`uint`){if(Ne(e))return r(e);n()}if(e===`float`){if(Ie(t))return r(t);n()}if(t===`float`){if(Ie(e))return r(e);n()}if(Me(e)||Ne(e)||Me(t)||Ne(t)){if(e===t)return r(e);n()}if(e===`vec2`){if(t===`vec2`||Le(t))return r(`vec2`);if(t===`mat3x2`)return r(`vec3`);if(t===`mat4x2`)return r(`vec4`);n()}if(e===`vec3`){if(t===`mat2x3`)return r(`vec2`);if(t===`vec3`||Re(t))return r(`vec3`);if(t===`mat4x3`)return r(`vec4`);n()}if(e===`vec4`){if(t===`mat2x4`)return r(`vec2`);if(t===`mat3x4`)return r(`vec3`);if(t===`vec4`||ze(t))return r(`vec4`);n()}if(t===`vec2`){if(Le(e))return r(`vec2`);if(e===`mat2x3`)return r(`vec3`);if(e===`mat2x4`)return r(`vec4`);n()}if(t===`vec3`){if(e===`mat3x2`)return r(`vec2`);if(Re(e))return r(`vec3`);if(e===`mat3x4`)return r(`vec4`);n()}if(t===`vec4`){if(e===`mat4x2`)return r(`vec2`);if(e===`mat4x3`)return r(`vec3`);if(ze(e))return r(`vec4`);n()}if(Le(e)){if(Le(t))return r(`mat2`);if(t===`mat3x2`)return r(`mat3x2`);if(t===`mat4x2`)return r(`mat4x2`);n()}if(e===`mat2x3`){if(Le(t))return r(`mat2x3`);if(t===`mat3x2`)return r(`mat3`);if(t===`mat4x2`)return r(`mat4x3`);n()}if(e===`mat2x4`){if(Le(t))return r(`mat2x4`);if(t===`mat3x2`)return r(`mat3x4`);if(t===`mat4x2`)return r(`mat4`);n()}if(e===`mat3x2`){if(t===`mat2x3`)return r(`mat2`);if(Re(t))return r(`mat3x2`);if(t===`mat4x3`)return r(`mat4x2`);n()}if(Re(e)){if(t===`mat2x3`)return r(`mat2x3`);if(Re(t))return r(`mat3`);if(t===`mat4x3`)return r(`mat4x3`);n()}if(e===`mat3x4`){if(t===`mat2x3`)return r(`mat2x4`);if(Re(t))return r(`mat3x4`);if(t===`mat4x3`)return r(`mat4`);n()}if(e===`mat4x2`){if(t===`mat2x4`)return r(`mat2`);if(t===`mat3x4`)return r(`mat3x2`);if(ze(t))return r(`mat4x2`);n()}if(e===`mat4x3`){if(t===`mat2x4`)return r(`mat2x3`);if(t===`mat3x4`)return r(`mat3`);if(ze(t))return r(`mat4x3`);n()}if(ze(e)){if(t===`mat2x4`)return r(`mat2x4`);if(t===`mat3x4`)return r(`mat3x4`);if(ze(t))return r(`mat4`);n()}throw Error(`Invalid mul types: ${e}, ${t}`)}var gr=(e,t)=>new yr({a:e,b:t}),_r=(e,t)=>new br({a:e,b:t}),vr=(e,t)=>new xr({a:e,b:t}),yr=class extends Ze{constructor({a:e,b:t}){super({a:e,b:t,outKey:`sum`,outTypeFunc:pr}),this.statements=({inputs:e,outputs:t})=>[`${t.sum} = ${e.a} + ${e.b};`]}},br=class extends Ze{constructor({a:e,b:t}){super({a:e,b:t,outKey:`difference`,outTypeFunc:mr}),this.statements=({inputs:e,outputs:t})=>[`${t.difference} = ${e.a} - ${e.b};`]}},xr=class extends Ze{constructor({a:e,b:t}){super({a:e,b:t,outKey:`product`,outTypeFunc:hr}),this.statements=({inputs:e,outputs:t})=>[`${t.product} = ${e.a} * ${e.b};`]}},Sr=e=>new Cr({a:e}),Cr=class extends Xe{constructor({a:e}){super({a:e,outTypeFunc:e=>e,outKey:`normalize`}),this.statements=({inputs:e,outputs:t})=>[`${t.normalize} = normalize(${e.a});`]}},wr=(e,{scale:t,scales:n,rotate:r,translate:i})=>new Er({position:e,scale:t,scales:n,rotate:r,translate:i}).outputs.position,Tr=(e,{scale:t,scales:n,rotate:r})=>new Dr({dir:e,scale:t,scales:n,rotate:r}).outputs.dir,Er=class extends N{constructor({position:e,scale:t,scales:n,rotate:r,translate:i}){super({inTypes:{position:`vec3`,scale:`float`,scales:`vec3`,rotate:`vec4`,translate:`vec3`},outTypes:{position:`vec3`},inputs:{position:e,scale:t,scales:n,rotate:r,translate:i},statements:({inputs:e,outputs:t})=>{let{position:n}=t;if(!n)return[];let{scale:r,scales:i,rotate:a,translate:o}=e;return[`${n} = ${e.position??`vec3(0.0, 0.0, 0.0)`};`,r?`${n} *= ${r};`:null,i?`${n} *= ${i};`:null,a?`${n} = quatVec(${a}, ${n});`:null,o?`${n} += ${o};`:null].filter(Boolean)}})}},Dr=class extends N{constructor({dir:e,scale:t,scales:n,rotate:r}){super({inTypes:{dir:`vec3`,scale:`float`,scales:`vec3`,rotate:`vec4`},outTypes:{dir:`vec3`},inputs:{dir:e,scale:t,scales:n,rotate:r},statements:({inputs:e,outputs:t})=>{let{dir:n}=t;if(!n)return[];let{scale:r,scales:i,rotate:a}=e;return[`${n} = ${e.dir??`vec3(0.0, 0.0, 0.0)`};`,r?`${n} *= ${r};`:null,i?`${n} *= ${i};`:null,a?`${n} = quatVec(${a}, ${n});`:null].filter(Boolean)}})}},Or=`precision highp float;
precision highp int;
precision highp sampler2D;
precision highp usampler2D;
precision highp isampler2D;
precision highp sampler2DArray;
precision highp usampler2DArray;
precision highp isampler2DArray;
precision highp sampler3D;
precision highp usampler3D;
precision highp isampler3D;

#include <splatDefines>

uniform uint targetLayer;
uniform int targetBase;
uniform int targetCount;

out uvec4 target;

{{ GLOBALS }}

void produceSplat(int _index) {
    {{ STATEMENTS }}
}

void main() {
    int targetIndex = int(targetLayer << SPLAT_TEX_LAYER_BITS) + int(uint(gl_FragCoord.y) << SPLAT_TEX_WIDTH_BITS) + int(gl_FragCoord.x);
    int index = targetIndex - targetBase;

    target = uvec4(0u, 0u, 0u, 0u);
    if ((index >= 0) && (index < targetCount)) {
        produceSplat(index);
    }
}`,kr=`precision highp float;
precision highp int;
precision highp sampler2D;
precision highp usampler2D;
precision highp isampler2D;
precision highp sampler2DArray;
precision highp usampler2DArray;
precision highp isampler2DArray;
precision highp sampler3D;
precision highp usampler3D;
precision highp isampler3D;

#include <splatDefines>

uniform uint targetLayer;
uniform int targetBase;
uniform int targetCount;

layout(location = 0) out uvec4 target;
layout(location = 1) out vec4 target3;

{{ GLOBALS }}

void produceSplat(int _index) {
    {{ STATEMENTS }}
}

void main() {
    int targetIndex = int(targetLayer << SPLAT_TEX_LAYER_BITS) + int(uint(gl_FragCoord.y) << SPLAT_TEX_WIDTH_BITS) + int(gl_FragCoord.x);
    int index = targetIndex - targetBase;

    
    target = uvec4(0u, 0u, 0u, 0u);

    
    target3 = floatToVec4(1.0 / 0.0);

    if ((index >= 0) && (index < targetCount)) {
        produceSplat(index);
    }
}`,Ar=`precision highp float;
precision highp int;
precision highp sampler2D;
precision highp usampler2D;
precision highp isampler2D;
precision highp sampler2DArray;
precision highp usampler2DArray;
precision highp isampler2DArray;
precision highp sampler3D;
precision highp usampler3D;
precision highp isampler3D;

#include <splatDefines>

uniform uint targetLayer;
uniform int targetBase;
uniform int targetCount;

layout(location = 0) out uvec4 target;
layout(location = 1) out uvec4 target2;
layout(location = 2) out vec4 target3;

{{ GLOBALS }}

void produceSplat(int _index) {
    {{ STATEMENTS }}
}

void main() {
    int targetIndex = int(targetLayer << SPLAT_TEX_LAYER_BITS) + int(uint(gl_FragCoord.y) << SPLAT_TEX_WIDTH_BITS) + int(gl_FragCoord.x);
    int index = targetIndex - targetBase;

    
    target = uvec4(0u, 0u, 0u, 0u);
    target2 = uvec4(0u, 0u, 0u, 0u);

    
    target3 = floatToVec4(1.0 / 0.0);

    if ((index >= 0) && (index < targetCount)) {
        produceSplat(index);
    }
}`,jr=`precision highp float;
precision highp int;
precision highp sampler2D;
precision highp usampler2D;
precision highp isampler2D;
precision highp sampler2DArray;
precision highp usampler2DArray;
precision highp isampler2DArray;
precision highp sampler3D;
precision highp usampler3D;
precision highp isampler3D;

#include <splatDefines>

uniform uint targetLayer;
uniform int targetBase;
uniform int targetCount;

out vec4 target;

{{ GLOBALS }}

void computeReadback(int _index) {
    {{ STATEMENTS }}
}

void main() {
    int targetIndex = int(targetLayer << SPLAT_TEX_LAYER_BITS) + int(uint(gl_FragCoord.y) << SPLAT_TEX_WIDTH_BITS) + int(gl_FragCoord.x);
    int index = targetIndex - targetBase;

    if ((index >= 0) && (index < targetCount)) {
        computeReadback(index);
    } else {
        target = vec4(0.0, 0.0, 0.0, 0.0);
    }
}`,Mr=`const float LN_SCALE_MIN = -12.0;
const float LN_SCALE_MAX = 9.0;

const uint SPLAT_TEX_WIDTH_BITS = 11u;
const uint SPLAT_TEX_HEIGHT_BITS = 11u;
const uint SPLAT_TEX_DEPTH_BITS = 11u;
const uint SPLAT_TEX_LAYER_BITS = SPLAT_TEX_WIDTH_BITS + SPLAT_TEX_HEIGHT_BITS;

const uint SPLAT_TEX_WIDTH = 1u << SPLAT_TEX_WIDTH_BITS;
const uint SPLAT_TEX_HEIGHT = 1u << SPLAT_TEX_HEIGHT_BITS;
const uint SPLAT_TEX_DEPTH = 1u << SPLAT_TEX_DEPTH_BITS;

const uint SPLAT_TEX_WIDTH_MASK = SPLAT_TEX_WIDTH - 1u;
const uint SPLAT_TEX_HEIGHT_MASK = SPLAT_TEX_HEIGHT - 1u;
const uint SPLAT_TEX_DEPTH_MASK = SPLAT_TEX_DEPTH - 1u;

const uint F16_INF = 0x7c00u;
const float PI = 3.1415926535897932384626433832795;

const float INFINITY = 1.0 / 0.0;
const float NEG_INFINITY = -INFINITY;

float sqr(float x) {
    return x * x;
}

float pow4(float x) {
    float x2 = x * x;
    return x2 * x2;
}

float pow8(float x) {
    float x4 = pow4(x);
    return x4 * x4;
}

vec3 srgbToLinear(vec3 rgb) {
    return pow(rgb, vec3(2.2));
}

vec3 linearToSrgb(vec3 rgb) {
    return pow(rgb, vec3(1.0 / 2.2));
}

uint encodeQuatOctXy88R8(vec4 q) {
    
    if (q.w < 0.0) {
        q = -q;
    }
    
    float theta = 2.0 * acos(q.w);
    float halfTheta = theta * 0.5;
    float s = sin(halfTheta);
    
    vec3 axis = (abs(s) < 1e-6) ? vec3(1.0, 0.0, 0.0) : q.xyz / s;
    
    
    
    float sum = abs(axis.x) + abs(axis.y) + abs(axis.z);
    vec2 p = vec2(axis.x, axis.y) / sum;
    
    if (axis.z < 0.0) {
        float oldPx = p.x;
        p.x = (1.0 - abs(p.y)) * (p.x >= 0.0 ? 1.0 : -1.0);
        p.y = (1.0 - abs(oldPx)) * (p.y >= 0.0 ? 1.0 : -1.0);
    }
    
    float u_f = p.x * 0.5 + 0.5;
    float v_f = p.y * 0.5 + 0.5;
    
    uint quantU = uint(clamp(round(u_f * 255.0), 0.0, 255.0));
    uint quantV = uint(clamp(round(v_f * 255.0), 0.0, 255.0));
    
    
    
    uint angleInt = uint(clamp(round((theta / 3.14159265359) * 255.0), 0.0, 255.0));
    
    
    return (angleInt << 16u) | (quantV << 8u) | quantU;
}

vec4 decodeQuatOctXy88R8(uint encoded) {
    
    uint quantU = encoded & uint(0xFFu);               
    uint quantV = (encoded >> 8u) & uint(0xFFu);         
    uint angleInt = encoded >> 16u;                      

    
    float u_f = float(quantU) / 255.0;
    float v_f = float(quantV) / 255.0;
    vec2 f = vec2(u_f * 2.0 - 1.0, v_f * 2.0 - 1.0);

    vec3 axis = vec3(f.xy, 1.0 - abs(f.x) - abs(f.y));
    float t = max(-axis.z, 0.0);
    axis.x += (axis.x >= 0.0) ? -t : t;
    axis.y += (axis.y >= 0.0) ? -t : t;
    axis = normalize(axis);
    
    
    float theta = (float(angleInt) / 255.0) * 3.14159265359;
    float halfTheta = theta * 0.5;
    float s = sin(halfTheta);
    float w = cos(halfTheta);
    
    return vec4(axis * s, w);
}

uint encodeQuatOctXy1010R12(vec4 q) {
    
    if (q.w < 0.0) {
        q = -q;
    }
    
    float halfTheta = acos(q.w);
    float theta = 2.0 * halfTheta;
    float s = sin(halfTheta);
    
    vec3 axis = (abs(s) < 1e-6) ? vec3(1.0, 0.0, 0.0) : q.xyz / s;
    
    
    
    float sum = abs(axis.x) + abs(axis.y) + abs(axis.z);
    vec2 p = vec2(axis.x, axis.y) / sum;
    
    if (axis.z < 0.0) {
        float oldPx = p.x;
        p.x = (1.0 - abs(p.y)) * (p.x >= 0.0 ? 1.0 : -1.0);
        p.y = (1.0 - abs(oldPx)) * (p.y >= 0.0 ? 1.0 : -1.0);
    }
    
    float u_f = p.x * 0.5 + 0.5;
    float v_f = p.y * 0.5 + 0.5;
    
    uint quantU = uint(clamp(round(u_f * 1023.0), 0.0, 1023.0));
    uint quantV = uint(clamp(round(v_f * 1023.0), 0.0, 1023.0));
    
    
    
    uint angleInt = uint(clamp(round((theta / PI) * 4095.0), 0.0, 4095.0));
    
    
    return (angleInt << 20u) | (quantV << 10u) | quantU;
}

vec4 decodeQuatOctXy1010R12(uint encoded) {
    
    uint quantU = encoded & uint(0x3FFu);               
    uint quantV = (encoded >> 10u) & uint(0x3FFu);         
    uint angleInt = encoded >> 20u;                      

    
    float u_f = float(quantU) / 1023.0;
    float v_f = float(quantV) / 1023.0;
    vec2 f = vec2(u_f * 2.0 - 1.0, v_f * 2.0 - 1.0);

    vec3 axis = vec3(f.xy, 1.0 - abs(f.x) - abs(f.y));
    float t = max(-axis.z, 0.0);
    axis.x += (axis.x >= 0.0) ? -t : t;
    axis.y += (axis.y >= 0.0) ? -t : t;
    axis = normalize(axis);
    
    
    float theta = (float(angleInt) / 4095.0) * PI;
    float halfTheta = theta * 0.5;
    float s = sin(halfTheta);
    float w = cos(halfTheta);
    
    return vec4(axis * s, w);
}

uvec4 packSplatEncoding(
    vec3 center, vec3 scales, vec4 quaternion, vec4 rgba, vec4 rgbMinMaxLnScaleMinMax
) {
    float rgbMin = rgbMinMaxLnScaleMinMax.x;
    float rgbMax = rgbMinMaxLnScaleMinMax.y;
    vec3 encRgb = (rgba.rgb - vec3(rgbMin)) / (rgbMax - rgbMin);
    uvec4 uRgba = uvec4(round(clamp(vec4(encRgb, rgba.a) * 255.0, 0.0, 255.0)));

    uint uQuat = encodeQuatOctXy88R8(quaternion);
    
    
    uvec3 uQuat3 = uvec3(uQuat & 0xffu, (uQuat >> 8u) & 0xffu, (uQuat >> 16u) & 0xffu);

    
    float lnScaleMin = rgbMinMaxLnScaleMinMax.z;
    float lnScaleMax = rgbMinMaxLnScaleMinMax.w;
    float lnScaleScale = 254.0 / (lnScaleMax - lnScaleMin);
    uvec3 uScales = uvec3(
        (scales.x == 0.0) ? 0u : uint(round(clamp((log(scales.x) - lnScaleMin) * lnScaleScale, 0.0, 254.0))) + 1u,
        (scales.y == 0.0) ? 0u : uint(round(clamp((log(scales.y) - lnScaleMin) * lnScaleScale, 0.0, 254.0))) + 1u,
        (scales.z == 0.0) ? 0u : uint(round(clamp((log(scales.z) - lnScaleMin) * lnScaleScale, 0.0, 254.0))) + 1u
    );

    
    uint word0 = uRgba.r | (uRgba.g << 8u) | (uRgba.b << 16u) | (uRgba.a << 24u);
    uint word1 = packHalf2x16(center.xy);
    uint word2 = packHalf2x16(vec2(center.z, 0.0)) | (uQuat3.x << 16u) | (uQuat3.y << 24u);
    uint word3 = uScales.x | (uScales.y << 8u) | (uScales.z << 16u) | (uQuat3.z << 24u);
    return uvec4(word0, word1, word2, word3);
}

uvec4 packSplat(vec3 center, vec3 scales, vec4 quaternion, vec4 rgba) {
    return packSplatEncoding(center, scales, quaternion, rgba, vec4(0.0, 1.0, LN_SCALE_MIN, LN_SCALE_MAX));
}

void unpackSplatEncoding(uvec4 packedData, out vec3 center, out vec3 scales, out vec4 quaternion, out vec4 rgba, vec4 rgbMinMaxLnScaleMinMax) {
    uint word0 = packedData.x, word1 = packedData.y, word2 = packedData.z, word3 = packedData.w;

    uvec4 uRgba = uvec4(word0 & 0xffu, (word0 >> 8u) & 0xffu, (word0 >> 16u) & 0xffu, (word0 >> 24u) & 0xffu);
    float rgbMin = rgbMinMaxLnScaleMinMax.x;
    float rgbMax = rgbMinMaxLnScaleMinMax.y;
    rgba = (vec4(uRgba) / 255.0);
    rgba.rgb = rgba.rgb * (rgbMax - rgbMin) + rgbMin;

    center = vec4(
        unpackHalf2x16(word1),
        unpackHalf2x16(word2 & 0xffffu)
    ).xyz;

    uvec3 uScales = uvec3(word3 & 0xffu, (word3 >> 8u) & 0xffu, (word3 >> 16u) & 0xffu);
    float lnScaleMin = rgbMinMaxLnScaleMinMax.z;
    float lnScaleMax = rgbMinMaxLnScaleMinMax.w;
    float lnScaleScale = (lnScaleMax - lnScaleMin) / 254.0;
    scales = vec3(
        (uScales.x == 0u) ? 0.0 : exp(lnScaleMin + float(uScales.x - 1u) * lnScaleScale),
        (uScales.y == 0u) ? 0.0 : exp(lnScaleMin + float(uScales.y - 1u) * lnScaleScale),
        (uScales.z == 0u) ? 0.0 : exp(lnScaleMin + float(uScales.z - 1u) * lnScaleScale)
    );

    uint uQuat = ((word2 >> 16u) & 0xFFFFu) | ((word3 >> 8u) & 0xFF0000u);
    quaternion = decodeQuatOctXy88R8(uQuat);
    
    
}

void unpackSplat(uvec4 packedData, out vec3 center, out vec3 scales, out vec4 quaternion, out vec4 rgba) {
    unpackSplatEncoding(packedData, center, scales, quaternion, rgba, vec4(0.0, 1.0, LN_SCALE_MIN, LN_SCALE_MAX));
}

uvec4 packSplatCovEncoding(
    vec3 center, vec4 rgba, vec3 xxyyzz, vec3 xyxzyz, vec4 rgbMinMaxLnScaleMinMax
) {
    float rgbMin = rgbMinMaxLnScaleMinMax.x;
    float rgbMax = rgbMinMaxLnScaleMinMax.y;
    vec3 encRgb = (rgba.rgb - vec3(rgbMin)) / (rgbMax - rgbMin);
    uvec4 uRgba = uvec4(round(clamp(vec4(encRgb, rgba.a) * 255.0, 0.0, 255.0)));

    float lnScaleMin = rgbMinMaxLnScaleMinMax.z;
    float lnScaleMax = rgbMinMaxLnScaleMinMax.w;
    float diagScale = 255.0 / (2.0 * (lnScaleMax - lnScaleMin));
    uvec3 uXxyyzz = uvec3(round(clamp((log(xxyyzz) - 2.0 * lnScaleMin) * diagScale, 0.0, 255.0)));

    vec3 xyxzyzCor = vec3(
        clamp(xyxzyz.x / sqrt(xxyyzz.x * xxyyzz.y), -1.0, 1.0),
        clamp(xyxzyz.y / sqrt(xxyyzz.x * xxyyzz.z), -1.0, 1.0),
        clamp(xyxzyz.z / sqrt(xxyyzz.y * xxyyzz.z), -1.0, 1.0)
    );
    ivec3 iXyxzyzCor = ivec3(round(xyxzyzCor * 127.0));

    
    uint word0 = uRgba.r | (uRgba.g << 8u) | (uRgba.b << 16u) | (uRgba.a << 24u);
    uint word1 = packHalf2x16(center.xy);
    uint word2 = packHalf2x16(vec2(center.z, 0.0)) |
        ((uint(iXyxzyzCor.y) & 0xffu) << 16u) |
        ((uint(iXyxzyzCor.z) & 0xffu) << 24u);
    uint word3 =
        uXxyyzz.x | (uXxyyzz.y << 8u) | (uXxyyzz.z << 16u) |
        ((uint(iXyxzyzCor.x) & 0xffu) << 24u);
    return uvec4(word0, word1, word2, word3);
}

void unpackSplatCovEncoding(uvec4 packedData, out vec3 center, out vec4 rgba, out vec3 xxyyzz, out vec3 xyxzyz, vec4 rgbMinMaxLnScaleMinMax) {
    uint word0 = packedData.x, word1 = packedData.y, word2 = packedData.z, word3 = packedData.w;

    uvec4 uRgba = uvec4(word0 & 0xffu, (word0 >> 8u) & 0xffu, (word0 >> 16u) & 0xffu, (word0 >> 24u) & 0xffu);
    float rgbMin = rgbMinMaxLnScaleMinMax.x;
    float rgbMax = rgbMinMaxLnScaleMinMax.y;
    rgba = (vec4(uRgba) / 255.0);
    rgba.rgb = rgba.rgb * (rgbMax - rgbMin) + rgbMin;

    center = vec3(
        unpackHalf2x16(word1),
        unpackHalf2x16(word2 & 0xffffu).x
    );

    uvec3 uXxyyzz = uvec3(word3 & 0xffu, (word3 >> 8u) & 0xffu, (word3 >> 16u) & 0xffu);
    ivec3 iXyxzyzCor = ivec3(int(word3) >> 24, int(word2 << 8u) >> 24, int(word2) >> 24);

    float lnScaleMin = rgbMinMaxLnScaleMinMax.z;
    float lnScaleMax = rgbMinMaxLnScaleMinMax.w;
    float diagScale = 2.0 * (lnScaleMax - lnScaleMin) / 255.0;
    xxyyzz = exp(2.0 * lnScaleMin + vec3(uXxyyzz) * diagScale);

    vec3 xyxzyzCor = vec3(iXyxzyzCor) / 127.0;
    xyxzyz = xyxzyzCor * vec3(
        sqrt(xxyyzz.x * xxyyzz.y),
        sqrt(xxyyzz.x * xxyyzz.z),
        sqrt(xxyyzz.y * xxyyzz.z)
    );
}

void packSplatExtCov(
    out uvec4 packedData, out uvec4 packedData2,
    vec3 center, vec4 rgba, vec3 xxyyzz, vec3 xyxzyz
) {
    packedData.x = floatBitsToUint(center.x);
    packedData.y = floatBitsToUint(center.y);
    packedData.z = floatBitsToUint(center.z);
    packedData.w = packHalf2x16(vec2(rgba.a, rgba.b));
    packedData2.x = packHalf2x16(rgba.rg);

    vec3 xyxzyzCor = vec3(
        clamp(xyxzyz.x / sqrt(xxyyzz.x * xxyyzz.y), -1.0, 1.0),
        clamp(xyxzyz.y / sqrt(xxyyzz.x * xxyyzz.z), -1.0, 1.0),
        clamp(xyxzyz.z / sqrt(xxyyzz.y * xxyyzz.z), -1.0, 1.0)
    );
    xyxzyzCor = sign(xyxzyzCor) * clamp(log(abs(xyxzyzCor)), -100.0, -0.0000001);
    xxyyzz = log(xxyyzz);

    packedData2.y = packHalf2x16(vec2(xxyyzz.x, xxyyzz.y));
    packedData2.z = packHalf2x16(vec2(xxyyzz.z, xyxzyzCor.x));
    packedData2.w = packHalf2x16(vec2(xyxzyzCor.y, xyxzyzCor.z));
}

void unpackSplatExtCov(
    uvec4 packedData, uvec4 packedData2,
    out vec3 center, out vec4 rgba, out vec3 xxyyzz, out vec3 xyxzyz
) {
    center.x = uintBitsToFloat(packedData.x);
    center.y = uintBitsToFloat(packedData.y);
    center.z = uintBitsToFloat(packedData.z);

    vec2 ab = unpackHalf2x16(packedData.w);
    vec2 rg = unpackHalf2x16(packedData2.x);
    rgba = vec4(rg, ab.y, ab.x);

    vec2 xxyy = unpackHalf2x16(packedData2.y);
    vec2 zzxy = unpackHalf2x16(packedData2.z);
    vec2 xzyz = unpackHalf2x16(packedData2.w);
    xxyyzz = exp(vec3(xxyy.x, xxyy.y, zzxy.x));
    xyxzyz = vec3(zzxy.y, xzyz.x, xzyz.y);
    xyxzyz = -sign(xyxzyz) * exp(-abs(xyxzyz));
    xyxzyz *= vec3(
        sqrt(xxyyzz.x * xxyyzz.y),
        sqrt(xxyyzz.x * xxyyzz.z),
        sqrt(xxyyzz.y * xxyyzz.z)
    );
}

void packSplatExt(
    out uvec4 packedData, out uvec4 packedData2,
    vec3 center, vec3 scales, vec4 quaternion, vec4 rgba
) {
    packedData.x = floatBitsToUint(center.x);
    packedData.y = floatBitsToUint(center.y);
    packedData.z = floatBitsToUint(center.z);
    packedData.w = packHalf2x16(vec2(rgba.a, 0.0));

    packedData2.x = packHalf2x16(rgba.rg);
    packedData2.y = packHalf2x16(vec2(rgba.b, log(scales.x)));
    packedData2.z = packHalf2x16(log(scales.yz));
    packedData2.w = encodeQuatOctXy1010R12(quaternion);
}

vec4 unpackSplatExtCenterAlpha(uvec4 packedData) {
    return vec4(
        uintBitsToFloat(packedData.x),
        uintBitsToFloat(packedData.y),
        uintBitsToFloat(packedData.z),
        unpackHalf2x16(packedData.w).x
    );
}

float unpackSplatExtAlpha(uvec4 packedData) {
    return unpackHalf2x16(packedData.w).x;
}

void unpackSplatExt(
    uvec4 packedData, uvec4 packedData2,
    out vec3 center, out vec3 scales, out vec4 quaternion, out vec4 rgba
) {
    center.x = uintBitsToFloat(packedData.x);
    center.y = uintBitsToFloat(packedData.y);
    center.z = uintBitsToFloat(packedData.z);
    rgba.a = unpackHalf2x16(packedData.w).x;

    rgba.rg = unpackHalf2x16(packedData2.x);
    vec2 split = unpackHalf2x16(packedData2.y);
    rgba.b = split.x;
    scales.x = exp(split.y);
    scales.yz = exp(unpackHalf2x16(packedData2.z));
    quaternion = decodeQuatOctXy1010R12(packedData2.w);
}

uint encodeExtRgb(vec3 rgb) {
    vec3 absRgb = abs(rgb);
    float maxAbs = max(absRgb.r, max(absRgb.g, absRgb.b));

    int base = clamp(int(floor(log2(maxAbs))) + 15, 0, 31);
    float divisor = exp2(float(base - 15)) / 255.0;

    uvec3 uRgb = uvec3(round(clamp(absRgb / divisor, 0.0, 255.0)));
    uint expSigns = (uint(base) << 3u) | ((rgb.r < 0.0 ? 0x1u : 0u) | (rgb.g < 0.0 ? 0x2u : 0u) | (rgb.b < 0.0 ? 0x4u : 0u));
    return uRgb.r | (uRgb.g << 8u) | (uRgb.b << 16u) | (expSigns << 24u);
}

vec3 decodeExtRgb(uint encoded) {
    uint biasedBase = (encoded >> 27u) & 0x1fu;
    float divisor = exp2(float(int(biasedBase) - 15)) / 255.0;

    vec3 rgb = vec3(uvec3(encoded & 0xffu, (encoded >> 8u) & 0xffu, (encoded >> 16u) & 0xffu));
    rgb *= divisor;

    return vec3(
        ((encoded & 0x1000000u) != 0u) ? -rgb.r : rgb.r,
        ((encoded & 0x2000000u) != 0u) ? -rgb.g : rgb.g,
        ((encoded & 0x4000000u) != 0u) ? -rgb.b : rgb.b
    );
}

vec3 quatVec(vec4 q, vec3 v) {
    
    vec3 t = 2.0 * cross(q.xyz, v);
    return v + q.w * t + cross(q.xyz, t);
}

vec4 quatQuat(vec4 q1, vec4 q2) {
    return vec4(
        q1.w * q2.x + q1.x * q2.w + q1.y * q2.z - q1.z * q2.y,
        q1.w * q2.y - q1.x * q2.z + q1.y * q2.w + q1.z * q2.x,
        q1.w * q2.z + q1.x * q2.y - q1.y * q2.x + q1.z * q2.w,
        q1.w * q2.w - q1.x * q2.x - q1.y * q2.y - q1.z * q2.z
    );
}

mat3 quaternionToMatrix(vec4 q) {
    return mat3(
        (1.0 - 2.0 * (q.y * q.y + q.z * q.z)),
        (2.0 * (q.x * q.y + q.w * q.z)),
        (2.0 * (q.x * q.z - q.w * q.y)),
        (2.0 * (q.x * q.y - q.w * q.z)),
        (1.0 - 2.0 * (q.x * q.x + q.z * q.z)),
        (2.0 * (q.y * q.z + q.w * q.x)),
        (2.0 * (q.x * q.z + q.w * q.y)),
        (2.0 * (q.y * q.z - q.w * q.x)),
        (1.0 - 2.0 * (q.x * q.x + q.y * q.y))
    );
}

mat3 scaleQuaternionToMatrix(vec3 s, vec4 q) {
    
    return mat3(
        s.x * (1.0 - 2.0 * (q.y * q.y + q.z * q.z)),
        s.x * (2.0 * (q.x * q.y + q.w * q.z)),
        s.x * (2.0 * (q.x * q.z - q.w * q.y)),
        s.y * (2.0 * (q.x * q.y - q.w * q.z)),
        s.y * (1.0 - 2.0 * (q.x * q.x + q.z * q.z)),
        s.y * (2.0 * (q.y * q.z + q.w * q.x)),
        s.z * (2.0 * (q.x * q.z + q.w * q.y)),
        s.z * (2.0 * (q.y * q.z - q.w * q.x)),
        s.z * (1.0 - 2.0 * (q.x * q.x + q.y * q.y))
    );
}

vec4 slerp(vec4 q1, vec4 q2, float t) {
    
    float cosHalfTheta = dot(q1, q2);

    
    if (abs(cosHalfTheta) >= 0.999) {
        return q1;
    }
    
    
    
    if (cosHalfTheta < 0.0) {
        q2 = -q2;
        cosHalfTheta = -cosHalfTheta;
    }

    
    float halfTheta = acos(cosHalfTheta);
    float sinHalfTheta = sqrt(1.0 - cosHalfTheta * cosHalfTheta);

    
    float ratioA = sin((1.0 - t) * halfTheta) / sinHalfTheta;
    float ratioB = sin(t * halfTheta) / sinHalfTheta;

    
    return q1 * ratioA + q2 * ratioB;
}

ivec3 splatTexCoord(int index) {
    uint x = uint(index) & SPLAT_TEX_WIDTH_MASK;
    uint y = (uint(index) >> SPLAT_TEX_WIDTH_BITS) & SPLAT_TEX_HEIGHT_MASK;
    uint z = uint(index) >> SPLAT_TEX_LAYER_BITS;
    return ivec3(x, y, z);
}

ivec3 pagedSplatTexCoord(int index) {
    return ivec3(index & 255, (index >> 8) & 255, index >> 16);
}

vec4 uintToVec4(uint u32) {
    uvec4 bytes = uvec4(
        u32 & 0xFFu,
        (u32 >> 8u) & 0xFFu,
        (u32 >> 16u) & 0xFFu,
        (u32 >> 24u) & 0xFFu
    );
    return vec4(bytes) / 255.0;
}

vec4 floatToVec4(float f) {
    uint u32 = floatBitsToUint(f);
    return uintToVec4(u32);
}

vec3 debugColorHue(uint i) {
    
    float hue = fract(float(i) * 0.61803398875);
    
    vec3 rgb = clamp(abs(mod(hue*6.0 + vec3(0.0,4.0,2.0), 6.0) - 3.0) - 1.0, 0.0, 1.0);
    return mix(vec3(1.0), rgb, 0.85); 
}`,Nr=`precision highp float;
precision highp int;

#include <splatDefines>

uniform float near;
uniform float far;
uniform bool encodeLinear;
uniform float time;
uniform bool debugFlag;
uniform float maxStdDev;
uniform float minAlpha;
uniform bool disableFalloff;
uniform float falloff;

out vec4 fragColor;

in vec4 vRgba;
in vec2 vSplatUv;
in vec3 vNdc;
flat in uint vSplatIndex;
flat in float adjustedStdDev;

#include <logdepthbuf_pars_fragment>

void main() {
    vec4 rgba = vRgba;

    float z2 = dot(vSplatUv, vSplatUv);
    if (z2 > (adjustedStdDev * adjustedStdDev)) {
        discard;
    }

    if (false) {
    
        float a = rgba.a;
        float shifted = sqrt(z2) - max(0.0, a - 1.0);
        float exponent = -0.5 * max(1.0, a) * sqr(max(0.0, shifted));
        float min1a = min(1.0, a);
        rgba.a = mix(min1a, min1a * exp(exponent), falloff);
    } else {
        
        if (rgba.a <= 1.0) {
            rgba.a = mix(rgba.a, rgba.a * exp(-0.5 * z2), falloff);
        } else {
            float a = exp((rgba.a*rgba.a - 1.0) / 2.718281828459045);
            float alpha = 1.0 - pow(1.0 - exp(-0.5 * z2), a);
            rgba.a = mix(1.0, alpha, falloff);
        }
    }

    if (rgba.a < minAlpha) {
        discard;
    }
    if (encodeLinear) {
        rgba.rgb = srgbToLinear(rgba.rgb);
    }

    #ifdef PREMULTIPLIED_ALPHA
        fragColor = vec4(rgba.rgb * rgba.a, rgba.a);
    #else
        fragColor = rgba;
    #endif

    #include <logdepthbuf_fragment>
}`,Pr=`precision highp float;
precision highp int;
precision highp usampler2DArray;

#include <splatDefines>

out vec4 vRgba;
out vec2 vSplatUv;
out vec3 vNdc;
flat out uint vSplatIndex;
flat out float adjustedStdDev;

uniform vec2 renderSize;
uniform vec4 renderToViewQuat;
uniform vec3 renderToViewPos;
uniform mat3 renderToViewBasis;
uniform float maxStdDev;
uniform float minPixelRadius;
uniform float maxPixelRadius;
uniform bool enableExtSplats;
uniform bool enableCovSplats;
uniform float time;
uniform float deltaTime;
uniform bool debugFlag;
uniform float minAlpha;
uniform bool enable2DGS;
uniform bool lodInflate;
uniform float blurAmount;
uniform float preBlurAmount;
uniform float focalDistance;
uniform float apertureAngle;
uniform float clipXY;
uniform float focalAdjustment;

uniform usampler2D ordering;
uniform usampler2DArray extSplats;
uniform usampler2DArray extSplats2;

bool isPerspectiveMatrix( mat4 m ) {
    return m[ 2 ][ 3 ] == -1.0;
}

#include <logdepthbuf_pars_vertex>

void main() {
    
    gl_Position = vec4(0.0, 0.0, 2.0, 1.0);

    ivec2 orderingCoord = ivec2((gl_InstanceID >> 2) & 4095, gl_InstanceID >> 14);
    uint splatIndex = texelFetch(ordering, orderingCoord, 0)[gl_InstanceID & 3];
    if (splatIndex == 0xffffffffu) {
        
        return;
    }

    ivec3 texCoord = splatTexCoord(int(splatIndex));
    vec3 center, scales, xxyyzz, xyxzyz;
    vec4 quaternion, rgba;
    mat3 cov3D;
    bvec3 zeroScales = bvec3(false);

    if (enableExtSplats) {
        uvec4 ext1 = texelFetch(extSplats, texCoord, 0);
        float alpha = unpackSplatExtAlpha(ext1);
        if ((alpha == 0.0) || (alpha < minAlpha)) {
            return;
        }
        uvec4 ext2 = texelFetch(extSplats2, texCoord, 0);

        if (!enableCovSplats) {
            unpackSplatExt(ext1, ext2, center, scales, quaternion, rgba);
            zeroScales = equal(scales, vec3(0.0));
            if (all(zeroScales)) {
                return;
            }
        } else {
            unpackSplatExtCov(ext1, ext2, center, rgba, xxyyzz, xyxzyz);
            if (all(equal(xxyyzz, vec3(0.0))) && all(equal(xyxzyz, vec3(0.0)))) {
                return;
            }
        }
    } else {
        uvec4 packedData = texelFetch(extSplats, texCoord, 0);
        if (!enableCovSplats) {
            unpackSplatEncoding(packedData, center, scales, quaternion, rgba, vec4(0.0, 1.0, LN_SCALE_MIN, LN_SCALE_MAX));
            zeroScales = equal(scales, vec3(0.0));
            if (all(zeroScales)) {
                return;
            }
        } else {
            unpackSplatCovEncoding(packedData, center, rgba, xxyyzz, xyxzyz, vec4(0.0, 1.0, LN_SCALE_MIN, LN_SCALE_MAX));
            if (all(equal(xxyyzz, vec3(0.0))) && all(equal(xyxzyz, vec3(0.0)))) {
                return;
            }
        }

        rgba.a *= 2.0;
        if ((rgba.a == 0.0) || (rgba.a < minAlpha)) {
            return;
        }
    }

    
    
    rgba.rgb = max(rgba.rgb, vec3(0.0));

    adjustedStdDev = maxStdDev;
    if (rgba.a > 1.0) {
        
        rgba.a = min(rgba.a * 4.0 - 3.0, 5.0);

        if (lodInflate) {
            
            float opacity = exp((rgba.a * rgba.a - 1.0) / 2.718281828459045);
            float rescale = pow(opacity, 1.0 / 3.0);
            scales *= rescale;
            rgba.a = 1.0;
        }

        
        adjustedStdDev = maxStdDev + 0.7 * (rgba.a - 1.0);
    }

    
    vec3 viewCenter = (!enableCovSplats ? quatVec(renderToViewQuat, center) : (renderToViewBasis * center)) + renderToViewPos;

    
    if (viewCenter.z >= 0.0) {
        return;
    }

    
    vec4 clipCenter = projectionMatrix * vec4(viewCenter, 1.0);

    
    if (abs(clipCenter.z) >= clipCenter.w) {
        return;
    }

    
    float clip = clipXY * clipCenter.w;
    if (abs(clipCenter.x) > clip || abs(clipCenter.y) > clip) {
        return;
    }

    vRgba = rgba;
    vSplatUv = position.xy * adjustedStdDev;

    
    vSplatIndex = splatIndex;

    if (!enableCovSplats) {
        
        vec4 viewQuaternion = quatQuat(renderToViewQuat, quaternion);

        if (enable2DGS && any(zeroScales)) {
            vec3 offset;
            if (zeroScales.z) {
                offset = vec3(vSplatUv.xy * scales.xy, 0.0);
            } else if (zeroScales.y) {
                offset = vec3(vSplatUv.x * scales.x, 0.0, vSplatUv.y * scales.z);
            } else {
                offset = vec3(0.0, vSplatUv.xy * scales.yz);
            }

            vec3 viewPos = viewCenter + quatVec(viewQuaternion, offset);
            gl_Position = projectionMatrix * vec4(viewPos, 1.0);
            vNdc = gl_Position.xyz / gl_Position.w;

            #include <logdepthbuf_vertex>
            return;
        }

        
        mat3 RS = scaleQuaternionToMatrix(scales, viewQuaternion);
        cov3D = RS * transpose(RS);
    } else {
        cov3D = mat3(
            xxyyzz.x, xyxzyz.x, xyxzyz.y,
            xyxzyz.x, xxyyzz.y, xyxzyz.z,
            xyxzyz.y, xyxzyz.z, xxyyzz.z
        );
        cov3D = renderToViewBasis * cov3D * transpose(renderToViewBasis);
    }

    
    vec2 scaledRenderSize = renderSize * focalAdjustment;
    vec2 focal = 0.5 * scaledRenderSize * vec2(projectionMatrix[0][0], projectionMatrix[1][1]);

    mat3 J;
    if (isOrthographic) {
        J = mat3(
            focal.x, 0.0, 0.0,
            0.0, focal.y, 0.0,
            0.0, 0.0, 0.0
        );
    } else {
        float invZ = 1.0 / viewCenter.z;
        vec2 J1 = focal * invZ;
        vec2 J2 = -(J1 * viewCenter.xy) * invZ;
        J = mat3(
            J1.x, 0.0, J2.x,
            0.0, J1.y, J2.y,
            0.0, 0.0, 0.0
        );
    }

    
    
    mat3 cov2D = transpose(J) * cov3D * J;
    float a = cov2D[0][0];
    float d = cov2D[1][1];
    float b = cov2D[0][1];

    
    a += preBlurAmount;
    d += preBlurAmount;

    float fullBlurAmount = blurAmount;
    if ((focalDistance > 0.0) && (apertureAngle > 0.0)) {
        float focusRadius = maxPixelRadius;
        if (viewCenter.z < 0.0) {
            float focusBlur = abs((-viewCenter.z - focalDistance) / viewCenter.z);
            float apertureRadius = focal.x * tan(0.5 * apertureAngle);
            focusRadius = focusBlur * apertureRadius;
        }
        fullBlurAmount = clamp(sqr(focusRadius), blurAmount, sqr(maxPixelRadius));
    }

    
    float detOrig = a * d - b * b;
    a += fullBlurAmount;
    d += fullBlurAmount;
    float det = a * d - b * b;

    
    float blurAdjust = sqrt(max(0.0, detOrig / det));
    rgba.a *= blurAdjust;
    if (rgba.a < minAlpha) {
        return;
    }
    vRgba.a = rgba.a;

    
    float eigenAvg = 0.5 * (a + d);
    float eigenDelta = sqrt(max(0.0, eigenAvg * eigenAvg - det));
    float eigen1 = eigenAvg + eigenDelta;
    float eigen2 = eigenAvg - eigenDelta;

    vec2 eigenVec1 = (abs(b) > 0.001) ? normalize(vec2(b, eigen1 - a))
        : ((a >= d) ? vec2(1.0, 0.0) : vec2(0.0, 1.0));
    vec2 eigenVec2 = vec2(eigenVec1.y, -eigenVec1.x);

    float scale1 = min(maxPixelRadius, adjustedStdDev * sqrt(eigen1));
    float scale2 = min(maxPixelRadius, adjustedStdDev * sqrt(eigen2));
    if (scale1 < minPixelRadius && scale2 < minPixelRadius) {
        return;
    }

    
    vec2 pixelOffset = position.x * eigenVec1 * scale1 + position.y * eigenVec2 * scale2;
    vec2 ndcOffset = (2.0 / scaledRenderSize) * pixelOffset;

    
    vec3 ndcCenter = clipCenter.xyz / clipCenter.w;
    vec3 ndc = vec3(ndcCenter.xy + ndcOffset, ndcCenter.z);

    vNdc = ndc;
    gl_Position = vec4(ndc.xy * clipCenter.w, clipCenter.zw);

    #include <logdepthbuf_vertex>
}`,Fr=null;function Ir(){return Fr||=(ne.splatDefines=Mr,{splatVertex:Pr,splatFragment:Nr,computeVec4Template:jr,computeUvec4Vec4Template:kr,computeUvec4x2Vec4Template:Ar,computeUvec4Template:Or}),Fr}var Lr=class e{constructor({renderer:e}={}){this.renderer=e,this.capacity=0,this.count=0}dispose(){this.target&&=(this.target.dispose(),void 0)}static ensureBuffer(e,t){let n=Math.ceil(Math.max(1,e)/E)*E*4;if(t.byteLength>=n)return t;let r=new ArrayBuffer(n);if(t instanceof ArrayBuffer)return r;let i=t.constructor;return new i(r)}ensureBuffer(t,n){return e.ensureBuffer(t,n)}ensureCapacity(e){let{width:t,height:n,depth:r,maxSplats:i}=Y(e);(!this.target||i>this.capacity)&&(this.dispose(),this.capacity=i,this.target=new m(t,n,r,{depthBuffer:!1,stencilBuffer:!1,generateMipmaps:!1,magFilter:x,minFilter:x}),this.target.texture.format=fe,this.target.texture.type=u,this.target.texture.internalFormat=`RGBA8`,this.target.scissorTest=!0)}prepareProgramMaterial(t){let n=e.readbackProgram.get(t);if(!n){let r=P({index:`int`},{rgba8:`vec4`},({index:e})=>(t.inputs.index=e,{rgba8:new It({rgba8:t.outputs.rgba8})}));e.programTemplate||=new ur(Ir().computeVec4Template),n=new lr({graph:r,inputs:{index:`_index`},outputs:{rgba8:`target`},template:e.programTemplate}),Object.assign(n.uniforms,{targetLayer:{value:0},targetBase:{value:0},targetCount:{value:0}}),e.readbackProgram.set(t,n)}let r=n.prepareMaterial();return e.fullScreenQuad.material=r,{program:n,material:r}}saveRenderState(e){return{target:e.getRenderTarget(),xrEnabled:e.xr.enabled,autoClear:e.autoClear}}resetRenderState(e,t){e.setRenderTarget(t.target),e.xr.enabled=t.xrEnabled,e.autoClear=t.autoClear}process({count:t,material:n}){let r=this.renderer;if(!r)throw Error(`No renderer`);if(!this.target)throw Error(`No target`);let i=E*D;n.uniforms.targetBase.value=0,n.uniforms.targetCount.value=t;let a=0;for(;a<t;){let o=Math.floor(a/i),s=o*i,c=Math.min(D,Math.ceil((t-s)/E));n.uniforms.targetLayer.value=o,this.target.scissor.set(0,0,E,c),r.setRenderTarget(this.target,o),r.xr.enabled=!1,r.autoClear=!1,e.fullScreenQuad.render(r),a+=E*c}this.count=t}async read({readback:e}){let t=this.renderer;if(!t)throw Error(`No renderer`);if(!this.target)throw Error(`No target`);let n=Math.ceil(this.count/E)*E;if(e.byteLength<n*4)throw Error(`Readback buffer too small: ${e.byteLength} < ${n*4}`);let r=new Uint8Array(e instanceof ArrayBuffer?e:e.buffer),i=E*D,a=0,o=[];for(;a<this.count;){let e=Math.floor(a/i),n=e*i,s=Math.min(D,Math.ceil((this.count-n)/E));t.setRenderTarget(this.target,e);let c=E*s*4,l=r.subarray(n*4,n*4+c),u=t?.readRenderTargetPixelsAsync(this.target,0,0,E,s,l);o.push(u),a+=E*s}return Promise.all(o).then(()=>e)}render({reader:e,count:t,renderer:n}){if(this.renderer=n||this.renderer,!this.renderer)throw Error(`No renderer`);this.ensureCapacity(t);let{program:r,material:i}=this.prepareProgramMaterial(e);r.update();let a=this.saveRenderState(this.renderer);this.process({count:t,material:i}),this.resetRenderState(this.renderer,a)}async readback({readback:e}){if(!this.renderer)throw Error(`No renderer`);let t=this.saveRenderState(this.renderer),n=this.read({readback:e});return this.resetRenderState(this.renderer,t),n}async renderReadback({reader:e,count:t,renderer:n,readback:r}){if(this.renderer=n||this.renderer,!this.renderer)throw Error(`No renderer`);this.ensureCapacity(t);let{program:i,material:a}=this.prepareProgramMaterial(e);i.update();let o=this.saveRenderState(this.renderer);this.process({count:t,material:a});let s=this.read({readback:r});return this.resetRenderState(this.renderer,o),s}getTexture(){return this.target?.texture}};Lr.programTemplate=null,Lr.readbackProgram=new WeakMap,Lr.fullScreenQuad=new Oe(new re({visible:!1}));var Rr=Lr;function zr(e){switch(e){case`all`:return 0;case`plane`:return 1;case`sphere`:return 2;case`box`:return 3;case`ellipsoid`:return 4;case`cylinder`:return 5;case`capsule`:return 6;case`infinite_cone`:return 7;default:throw Error(`Unknown SDF type: ${e}`)}}function Br(e){switch(e){case`multiply`:return 0;case`set_rgb`:return 1;case`add_rgba`:return 2;default:throw Error(`Unknown blend mode: ${e}`)}}var Vr=class extends n{constructor(e={}){super();let{type:t,invert:n,opacity:r,color:i,displace:a,radius:o}=e;this.type=t??`sphere`,this.invert=n??!1,this.opacity=r??1,this.color=i??new C(1,1,1),this.displace=a??new _(0,0,0),this.radius=o??0}},Hr=class e extends n{constructor(t={}){let{name:n,rgbaBlendMode:r=`multiply`,sdfSmooth:i=0,softEdge:a=0,invert:o=!1,sdfs:s=null}=t;super(),this.rgbaBlendMode=r,this.sdfSmooth=i,this.softEdge=a,this.invert=o,this.sdfs=s,this.ordering=e.nextOrdering++,this.name=n??`Edit ${this.ordering}`}addSdf(e){this.sdfs??=[],this.sdfs.includes(e)||this.sdfs.push(e)}removeSdf(e){this.sdfs!=null&&(this.sdfs=this.sdfs.filter(t=>t!==e))}};Hr.nextOrdering=1;var Ur=Hr,Wr=class{constructor({maxSdfs:e,maxEdits:t}){this.maxSdfs=Math.max(16,e??0),this.numSdfs=0,this.sdfData=new Uint32Array(this.maxSdfs*8*4),this.sdfFloatData=new Float32Array(this.sdfData.buffer),this.sdfTexture=this.newSdfTexture(this.sdfData,this.maxSdfs),this.dynoSdfArray=new V({key:`sdfArray`,type:Gr,globals:()=>[Kr],value:{numSdfs:0,sdfTexture:this.sdfTexture},update:e=>(e.numSdfs=this.numSdfs,e.sdfTexture=this.sdfTexture,e)}),this.maxEdits=Math.max(16,t??0),this.numEdits=0,this.editData=new Uint32Array(this.maxEdits*4),this.editFloatData=new Float32Array(this.editData.buffer),this.dynoNumEdits=new Rt({value:0}),this.dynoEdits=this.newEdits(this.editData,this.maxEdits)}newSdfTexture(e,t){let n=new S(e,8,t,h,f);return n.internalFormat=`RGBA32UI`,n.needsUpdate=!0,n}newEdits(e,t){return new V({key:`edits`,type:`uvec4`,count:t,globals:()=>[qr],value:e})}ensureCapacity({maxSdfs:e,maxEdits:t}){let n=!1;return e>this.sdfTexture.image.height&&(this.sdfTexture.dispose(),this.maxSdfs=Math.max(this.maxSdfs*2,e),this.sdfData=new Uint32Array(this.maxSdfs*8*4),this.sdfFloatData=new Float32Array(this.sdfData.buffer),this.sdfTexture=this.newSdfTexture(this.sdfData,this.maxSdfs)),t>(this.dynoEdits.count??0)&&(this.maxEdits=Math.max(this.maxEdits*2,t),this.editData=new Uint32Array(this.maxEdits*4),this.editFloatData=new Float32Array(this.editData.buffer),this.dynoEdits=this.newEdits(this.editData,this.maxEdits),n=!0),n}updateEditData(e,t){let n=this.editData[e]!==t;return this.editData[e]=t,n}updateEditFloatData(e,t){Xr[0]=t;let n=this.editFloatData[e]!==Xr[0];return n&&(this.editFloatData[e]=Xr[0]),n}encodeEdit(e,{sdfFirst:t,sdfCount:n,invert:r,rgbaBlendMode:i,softEdge:a,sdfSmooth:o}){let s=e*4,c=!1;return c=this.updateEditData(s+0,i|(r?256:0))||c,c=this.updateEditData(s+1,t|n<<16)||c,c=this.updateEditFloatData(s+2,a)||c,c=this.updateEditFloatData(s+3,o)||c,c}updateSdfData(e,t){let n=this.sdfData[e]!==t;return this.sdfData[e]=t,n}updateSdfFloatData(e,t){Xr[0]=t;let n=this.sdfFloatData[e]!==Xr[0];return n&&(this.sdfFloatData[e]=Xr[0]),n}encodeSdf(e,{sdfType:t,invert:n,center:r,quaternion:i,scale:a,sizes:o},s){let c=e*32,l=t|(n?256:0),u=!1;u=this.updateSdfFloatData(c+0,r?.x??0)||u,u=this.updateSdfFloatData(c+1,r?.y??0)||u,u=this.updateSdfFloatData(c+2,r?.z??0)||u,u=this.updateSdfData(c+3,l)||u,u=this.updateSdfFloatData(c+4,i?.x??0)||u,u=this.updateSdfFloatData(c+5,i?.y??0)||u,u=this.updateSdfFloatData(c+6,i?.z??0)||u,u=this.updateSdfFloatData(c+7,i?.w??0)||u,u=this.updateSdfFloatData(c+8,a?.x??0)||u,u=this.updateSdfFloatData(c+9,a?.y??0)||u,u=this.updateSdfFloatData(c+10,a?.z??0)||u,u=this.updateSdfData(c+11,0)||u,u=this.updateSdfFloatData(c+12,o?.x??0)||u,u=this.updateSdfFloatData(c+13,o?.y??0)||u,u=this.updateSdfFloatData(c+14,o?.z??0)||u,u=this.updateSdfFloatData(c+15,o?.w??0)||u;let d=Math.min(4,s.length);for(let e=0;e<d;++e){let t=c+16+e*4;u=this.updateSdfFloatData(t+0,s[e].x)||u,u=this.updateSdfFloatData(t+1,s[e].y)||u,u=this.updateSdfFloatData(t+2,s[e].z)||u,u=this.updateSdfFloatData(t+3,s[e].w)||u}return u}update(e){let t=e.reduce((e,{sdfs:t})=>e+t.length,0),n=this.ensureCapacity({maxEdits:e.length,maxSdfs:t}),r=[new c,new c],i=new _,a=new o,s=new _,l=new c,u=0,d=n;e.length!==this.dynoNumEdits.value&&(this.dynoNumEdits.value=e.length,this.numEdits=e.length,d=!0);for(let[t,{edit:n,sdfs:o}]of e.entries()){d=this.encodeEdit(t,{sdfFirst:u,sdfCount:o.length,invert:n.invert,rgbaBlendMode:Br(n.rgbaBlendMode),softEdge:n.softEdge,sdfSmooth:n.sdfSmooth})||d;let e=!1;for(let t of o)l.set(t.scale.x,t.scale.y,t.scale.z,t.radius),t.scale.setScalar(1),t.updateMatrixWorld(),t.matrixWorld.clone().invert().decompose(i,a,s),t.scale.set(l.x,l.y,l.z),t.updateMatrixWorld(),r[0].set(t.color.r,t.color.g,t.color.b,t.opacity),r[1].set(t.displace.x,t.displace.y,t.displace.z,1),e=this.encodeSdf(u,{sdfType:zr(t.type),invert:t.invert,center:i,quaternion:a,scale:s,sizes:l},r)||e,u+=1;this.numSdfs=u,e&&(this.sdfTexture.needsUpdate=!0),d||=e}return{updated:d,dynoUpdated:n}}modify(e){return Jr(e,this.dynoSdfArray,this.dynoNumEdits,this.dynoEdits)}modifyCov(e){return Yr(e,this.dynoSdfArray,this.dynoNumEdits,this.dynoEdits)}},Gr={type:`SdfArray`},Kr=I(`
  struct SdfArray {
    int numSdfs;
    usampler2D sdfTexture;
  };

  void unpackSdfArray(
    usampler2D sdfTexture, int sdfIndex, out uint flags,
    out vec3 center, out vec4 quaternion, out vec3 scale, out vec4 sizes,
    int numValues, out vec4 values[4]
  ) {
    uvec4 temp = texelFetch(sdfTexture, ivec2(0, sdfIndex), 0);
    flags = temp.w;
    center = vec3(uintBitsToFloat(temp.x), uintBitsToFloat(temp.y), uintBitsToFloat(temp.z));

    temp = texelFetch(sdfTexture, ivec2(1, sdfIndex), 0);
    quaternion = vec4(uintBitsToFloat(temp.x), uintBitsToFloat(temp.y), uintBitsToFloat(temp.z), uintBitsToFloat(temp.w));

    temp = texelFetch(sdfTexture, ivec2(2, sdfIndex), 0);
    scale = vec3(uintBitsToFloat(temp.x), uintBitsToFloat(temp.y), uintBitsToFloat(temp.z));

    temp = texelFetch(sdfTexture, ivec2(3, sdfIndex), 0);
    sizes = vec4(uintBitsToFloat(temp.x), uintBitsToFloat(temp.y), uintBitsToFloat(temp.z), uintBitsToFloat(temp.w));

    for (int i = 0; i < numValues; ++i) {
      temp = texelFetch(sdfTexture, ivec2(4 + i, sdfIndex), 0);
      values[i] = vec4(uintBitsToFloat(temp.x), uintBitsToFloat(temp.y), uintBitsToFloat(temp.z), uintBitsToFloat(temp.w));
    }
  }

  const uint SDF_FLAG_TYPE = 0xFFu;
  const uint SDF_FLAG_INVERT = 1u << 8u;

  const uint SDF_TYPE_ALL = 0u;
  const uint SDF_TYPE_PLANE = 1u;
  const uint SDF_TYPE_SPHERE = 2u;
  const uint SDF_TYPE_BOX = 3u;
  const uint SDF_TYPE_ELLIPSOID = 4u;
  const uint SDF_TYPE_CYLINDER = 5u;
  const uint SDF_TYPE_CAPSULE = 6u;
  const uint SDF_TYPE_INFINITE_CONE = 7u;

  float evaluateSdfArray(
    usampler2D sdfTexture, int numSdfs, int sdfFirst, int sdfCount, vec3 pos,
    float smoothK, int numValues, out vec4 outValues[4]
  ) {
    float distanceAccum = (smoothK == 0.0) ? 1.0 / 0.0 : 0.0;
    float maxExp = -1.0 / 0.0;
    for (int i = 0; i < numValues; ++i) {
        outValues[i] = vec4(0.0);
    }

    uint flags;
    vec3 center, scale;
    vec4 quaternion, sizes;
    vec4 values[4];

    int sdfLast = min(sdfFirst + sdfCount, numSdfs);
    for (int index = sdfFirst; index < sdfLast; ++index) {
      unpackSdfArray(sdfTexture, index, flags, center, quaternion, scale, sizes, numValues, values);
      uint sdfType = flags & SDF_FLAG_TYPE;
      vec3 sdfPos = quatVec(quaternion, pos * scale) + center;

      float distance;
      switch (sdfType) {
        case SDF_TYPE_ALL:
          distance = -1.0 / 0.0;
          break;
        case SDF_TYPE_PLANE: {
          distance = sdfPos.z;
          break;
        }
        case SDF_TYPE_SPHERE: {
          distance = length(sdfPos) - sizes.w;
          break;
        }
        case SDF_TYPE_BOX: {
          vec3 q = abs(sdfPos) - sizes.xyz + sizes.w;
          distance = length(max(q, 0.0)) + min(max(q.x, max(q.y, q.z)), 0.0) - sizes.w;
          break;
        }
        case SDF_TYPE_ELLIPSOID: {
          vec3 sizes = sizes.xyz;
          float k0 = length(sdfPos / sizes);
          float k1 = length(sdfPos / dot(sizes, sizes));
          distance = k0 * (k0 - 1.0) / k1;
          break;
        }
        case SDF_TYPE_CYLINDER: {
          vec2 d = abs(vec2(length(sdfPos.xz), sdfPos.y)) - sizes.wy;
          distance = min(max(d.x, d.y), 0.0) + length(max(d, 0.0));
          break;
        }
        case SDF_TYPE_CAPSULE: {
          sdfPos.y -= clamp(sdfPos.y, -0.5 * sizes.y, 0.5 * sizes.y);
          distance = length(sdfPos) - sizes.w;
          break;
        }
        case SDF_TYPE_INFINITE_CONE: {
          float angle = 0.25 * PI * sizes.w;
          vec2 c = vec2(sin(angle), cos(angle));
          vec2 q = vec2(length(sdfPos.xy), -sdfPos.z);
          float d = length(q - c * max(dot(q, c), 0.0));
          distance = d * (((q.x * c.y - q.y * c.x) < 0.0) ? -1.0 : 1.0);
          break;
        }
      }

      if ((flags & SDF_FLAG_INVERT) != 0u) {
        distance = -distance;
      }

      if (smoothK == 0.0) {
        if (distance < distanceAccum) {
          distanceAccum = distance;
          for (int i = 0; i < numValues; ++i) {
            outValues[i] = values[i];
          }
        }
      } else {
        float scaledDistance = -distance / smoothK;
        if (scaledDistance > maxExp) {
          float scale = exp(maxExp - scaledDistance);
          distanceAccum *= scale;
          for (int i = 0; i < numValues; ++i) {
            outValues[i] *= scale;
          }
          maxExp = scaledDistance;
        }

        float weight = exp(scaledDistance - maxExp);
        distanceAccum += weight;
        for (int i = 0; i < numValues; ++i) {
          outValues[i] += weight * values[i];
        }
      }
    }

    if (smoothK == 0.0) {
      return distanceAccum;
    } else {
      // Very distant SDFs may result in 0 accumulation
      if (distanceAccum == 0.0) {
        return 1.0 / 0.0;
      }
      for (int i = 0; i < numValues; ++i) {
        outValues[i] /= distanceAccum;
      }
      return (-log(distanceAccum) - maxExp) * smoothK;
    }
  }

  float modulateSdfArray(
    usampler2D sdfTexture, int numSdfs, int sdfFirst, int sdfCount, vec3 pos,
    float smoothK, int numValues, out vec4 values[4],
    float softEdge, bool invert
  ) {
    float distance = evaluateSdfArray(sdfTexture, numSdfs, sdfFirst, sdfCount, pos, smoothK, numValues, values);
    if (invert) {
      distance = -distance;
    }

    return (softEdge == 0.0) ? ((distance < 0.0) ? 1.0 : 0.0)
      : clamp(-distance / softEdge + 0.5, 0.0, 1.0);
  }
`),qr=I(`
  const uint EDIT_FLAG_BLEND = 0xFFu;
  const uint EDIT_BLEND_MULTIPLY = 0u;
  const uint EDIT_BLEND_SET_RGB = 1u;
  const uint EDIT_BLEND_ADD_RGBA = 2u;
  const uint EDIT_FLAG_INVERT = 0x100u;

  void decodeEdit(
    uvec4 packedEdit, out int sdfFirst, out int sdfCount,
    out bool invert, out uint rgbaBlendMode, out float softEdge, out float sdfSmooth
  ) {
    rgbaBlendMode = packedEdit.x & EDIT_FLAG_BLEND;
    invert = (packedEdit.x & EDIT_FLAG_INVERT) != 0u;

    sdfFirst = int(packedEdit.y & 0xFFFFu);
    sdfCount = int(packedEdit.y >> 16u);

    softEdge = uintBitsToFloat(packedEdit.z);
    sdfSmooth = uintBitsToFloat(packedEdit.w);
  }

  void applyRgbaDisplaceEdit(
    usampler2D sdfTexture, int numSdfs, int sdfFirst, int sdfCount, inout vec3 pos,
    float smoothK, float softEdge, bool invert, uint rgbaBlendMode, inout vec4 rgba
  ) {
    vec4 values[4];
    float modulate = modulateSdfArray(sdfTexture, numSdfs, sdfFirst, sdfCount, pos, smoothK, 2, values, softEdge, invert);
    // On Android, moving values[0] is necessary to work around a compiler bug.
    vec4 sdfRgba = values[0];
    vec4 sdfDisplaceScale = values[1];

    vec4 target;
    switch (rgbaBlendMode) {
      case EDIT_BLEND_MULTIPLY:
        target = rgba * sdfRgba;
        break;
      case EDIT_BLEND_SET_RGB:
        target = vec4(sdfRgba.rgb, rgba.a * sdfRgba.a);
        break;
      case EDIT_BLEND_ADD_RGBA:
        target = rgba + sdfRgba;
        break;
      default:
        // Debug output if blend mode not set
        target = vec4(fract(pos), 1.0);
    }
    rgba = mix(rgba, target, modulate);
    pos += sdfDisplaceScale.xyz * modulate;
  }

  void applyPackedRgbaDisplaceEdit(uvec4 packedEdit, usampler2D sdfTexture, int numSdfs, inout vec3 pos, inout vec4 rgba) {
    int sdfFirst, sdfCount;
    bool invert;
    uint rgbaBlendMode;
    float softEdge, sdfSmooth;
    decodeEdit(packedEdit, sdfFirst, sdfCount, invert, rgbaBlendMode, softEdge, sdfSmooth);
    applyRgbaDisplaceEdit(sdfTexture, numSdfs, sdfFirst, sdfCount, pos, sdfSmooth, softEdge, invert, rgbaBlendMode, rgba);
  }
`);function Jr(e,t,n,r){return new N({inTypes:{gsplat:L,sdfArray:Gr,numEdits:`int`,rgbaDisplaceEdits:`uvec4`},outTypes:{gsplat:L},globals:()=>[Kr,qr],inputs:{gsplat:e,sdfArray:t,numEdits:n,rgbaDisplaceEdits:r},statements:({inputs:e,outputs:t})=>{let{sdfArray:n,numEdits:r,rgbaDisplaceEdits:i}=e,{gsplat:a}=t;return F(`
        ${a} = ${e.gsplat};
        if (isGsplatActive(${a}.flags)) {
          for (int editIndex = 0; editIndex < ${r}; ++editIndex) {
            applyPackedRgbaDisplaceEdit(
              ${i}[editIndex], ${n}.sdfTexture, ${n}.numSdfs,
              ${a}.center, ${a}.rgba
            );
          }
        }
      `)}}).outputs.gsplat}function Yr(e,t,n,r){return new N({inTypes:{covsplat:R,sdfArray:Gr,numEdits:`int`,rgbaDisplaceEdits:`uvec4`},outTypes:{covsplat:R},globals:()=>[Kr,qr],inputs:{covsplat:e,sdfArray:t,numEdits:n,rgbaDisplaceEdits:r},statements:({inputs:e,outputs:t})=>{let{sdfArray:n,numEdits:r,rgbaDisplaceEdits:i}=e,{covsplat:a}=t;return F(`
        ${a} = ${e.covsplat};
        if (isCovSplatActive(${a}.flags)) {
          for (int editIndex = 0; editIndex < ${r}; ++editIndex) {
            applyPackedRgbaDisplaceEdit(
              ${i}[editIndex], ${n}.sdfTexture, ${n}.numSdfs,
              ${a}.center, ${a}.rgba
            );
          }
        }
      `)}}).outputs.covsplat}var Xr=new Float32Array(1),Zr=class{constructor(){this.scale=new zt({value:-1/0}),this.rotate=new Vt({value:new o(1/0,1/0,1/0,1/0)}),this.translate=new Bt({value:new _(1/0,1/0,1/0)})}apply(e){return wr(e,{scale:this.scale,rotate:this.rotate,translate:this.translate})}applyDir(e){return Tr(e,{rotate:this.rotate})}applyGsplat(e){return it(e,{scale:this.scale,rotate:this.rotate,translate:this.translate})}updateFromMatrix(e){let t=new _,n=new o,r=new _;e.decompose(r,n,t);let i=(t.x+t.y+t.z)/3,a=!1;return i!==this.scale.value&&(this.scale.value=i,a=!0),r.equals(this.translate.value)||(this.translate.value.copy(r),a=!0),n.equals(this.rotate.value)||(this.rotate.value.copy(n),a=!0),a}update(e){return e.updateMatrixWorld(),this.updateFromMatrix(e.matrixWorld)}},Qr=class{constructor(){this.basis=new Ht({value:new r}),this.offset=new Bt({value:new _})}apply(e){return gr(vr(this.basis,e),this.offset)}applyDir(e){return vr(this.basis,e)}applyCovSplat(e){return new N({inTypes:{covsplat:R,basis:`mat3`,offset:`vec3`},outTypes:{covsplat:R},inputs:{covsplat:e,basis:this.basis,offset:this.offset},statements:({inputs:e,outputs:t})=>{let{covsplat:n,basis:r,offset:i}=e;return!n||!r||!i?[`${t.covsplat}.flags = 0u;`]:F(`
          ${t.covsplat}.flags = 0u;
          if (isCovSplatActive(${n}.flags)) {
            ${t.covsplat}.flags = ${n}.flags;
            ${t.covsplat}.index = ${n}.index;
            ${t.covsplat}.rgba = ${n}.rgba;

            ${t.covsplat}.center = ${r} * ${n}.center + ${i};
            
            mat3 cov = mat3(
              ${n}.xxyyzz.x, ${n}.xyxzyz.x, ${n}.xyxzyz.y,
              ${n}.xyxzyz.x, ${n}.xxyyzz.y, ${n}.xyxzyz.z,
              ${n}.xyxzyz.y, ${n}.xyxzyz.z, ${n}.xxyyzz.z
            );
            cov = ${r} * cov * transpose(${r});
            ${t.covsplat}.xxyyzz = vec3(cov[0][0], cov[1][1], cov[2][2]);
            ${t.covsplat}.xyxzyz = vec3(cov[0][1], cov[0][2], cov[1][2]);
          }
        `)}}).outputs.covsplat}updateFromMatrix(e){let t=new r().setFromMatrix4(e),n=new _().setFromMatrixColumn(e,3),i=!t.equals(this.basis.value)||!n.equals(this.offset.value);return i&&(this.basis.value.copy(t),this.offset.value.copy(n)),i}update(e){return e.updateMatrixWorld(),this.updateFromMatrix(e.matrixWorld)}},$r=class extends n{constructor({numSplats:e,generator:t,covGenerator:n,construct:r,update:i}){if(super(),this.numSplats=e??0,this.generator=t,this.covGenerator=n,this.frameUpdate=i,this.version=0,this.mappingVersion=0,r){let e=r(this);Object.assign(this,e)}}updateVersion(){this.version+=1}updateMappingVersion(){this.mappingVersion+=1,this.version+=1}set needsUpdate(e){e&&this.updateVersion()}},ei=class e{static __wrap(t){t>>>=0;let n=Object.create(e.prototype);return n.__wbg_ptr=t,li.register(n,n.__wbg_ptr,n),n}__destroy_into_raw(){let e=this.__wbg_ptr;return this.__wbg_ptr=0,li.unregister(this),e}free(){let e=this.__destroy_into_raw();Z.__wbg_chunkdecoder_free(e,0)}finish(){let e=this.__destroy_into_raw(),t=Z.chunkdecoder_finish(e);if(t[2])throw X(t[1]);return X(t[0])}push(e){let t=Z.chunkdecoder_push(this.__wbg_ptr,e);if(t[1])throw X(t[0])}};Symbol.dispose&&(ei.prototype[Symbol.dispose]=ei.prototype.free);var ti=class e{static __wrap(t){t>>>=0;let n=Object.create(e.prototype);return n.__wbg_ptr=t,ui.register(n,n.__wbg_ptr,n),n}__destroy_into_raw(){let e=this.__wbg_ptr;return this.__wbg_ptr=0,ui.unregister(this),e}free(){let e=this.__destroy_into_raw();Z.__wbg_csplatarray_free(e,0)}bhatt_lod(e){Z.csplatarray_bhatt_lod(this.__wbg_ptr,e)}has_lod(){return Z.csplatarray_has_lod(this.__wbg_ptr)!==0}inject_rgba8(e){Z.csplatarray_inject_rgba8(this.__wbg_ptr,e)}len(){return Z.csplatarray_len(this.__wbg_ptr)>>>0}tiny_lod(e,t){Z.csplatarray_tiny_lod(this.__wbg_ptr,e,t)}to_extsplats(){let e=Z.csplatarray_to_extsplats(this.__wbg_ptr);if(e[2])throw X(e[1]);return X(e[0])}to_extsplats_lod(){let e=Z.csplatarray_to_extsplats_lod(this.__wbg_ptr);if(e[2])throw X(e[1]);return X(e[0])}to_packedsplats(){let e=Z.csplatarray_to_packedsplats(this.__wbg_ptr);if(e[2])throw X(e[1]);return X(e[0])}to_packedsplats_lod(){let e=Z.csplatarray_to_packedsplats_lod(this.__wbg_ptr);if(e[2])throw X(e[1]);return X(e[0])}get maxShDegree(){return Z.__wbg_get_csplatarray_maxShDegree(this.__wbg_ptr)>>>0}get numSplats(){return Z.__wbg_get_csplatarray_numSplats(this.__wbg_ptr)>>>0}set maxShDegree(e){Z.__wbg_set_csplatarray_maxShDegree(this.__wbg_ptr,e)}set numSplats(e){Z.__wbg_set_csplatarray_numSplats(this.__wbg_ptr,e)}};Symbol.dispose&&(ti.prototype[Symbol.dispose]=ti.prototype.free);var ni=class e{static __wrap(t){t>>>=0;let n=Object.create(e.prototype);return n.__wbg_ptr=t,di.register(n,n.__wbg_ptr,n),n}__destroy_into_raw(){let e=this.__wbg_ptr;return this.__wbg_ptr=0,di.unregister(this),e}free(){let e=this.__destroy_into_raw();Z.__wbg_gsplatarray_free(e,0)}get maxShDegree(){return Z.__wbg_get_gsplatarray_maxShDegree(this.__wbg_ptr)>>>0}get numSplats(){return Z.__wbg_get_gsplatarray_numSplats(this.__wbg_ptr)>>>0}bhatt_lod(e){Z.gsplatarray_bhatt_lod(this.__wbg_ptr,e)}concat(t){pi(t,e);let n=Z.gsplatarray_concat(this.__wbg_ptr,t.__wbg_ptr);if(n[1])throw X(n[0])}encode_to_spz(e,t){let n=this.__destroy_into_raw(),r=Z.gsplatarray_encode_to_spz(n,e,t);if(r[2])throw X(r[1]);return X(r[0])}has_lod(){return Z.gsplatarray_has_lod(this.__wbg_ptr)!==0}inject_rgba8(e){Z.gsplatarray_inject_rgba8(this.__wbg_ptr,e)}len(){return Z.gsplatarray_len(this.__wbg_ptr)>>>0}tiny_lod(e,t){Z.gsplatarray_tiny_lod(this.__wbg_ptr,e,t)}to_extsplats(){let e=Z.gsplatarray_to_extsplats(this.__wbg_ptr);if(e[2])throw X(e[1]);return X(e[0])}to_extsplats_lod(){let e=Z.gsplatarray_to_extsplats_lod(this.__wbg_ptr);if(e[2])throw X(e[1]);return X(e[0])}to_packedsplats(e){let t=Z.gsplatarray_to_packedsplats(this.__wbg_ptr,e);if(t[2])throw X(t[1]);return X(t[0])}to_packedsplats_lod(e){let t=Z.gsplatarray_to_packedsplats_lod(this.__wbg_ptr,e);if(t[2])throw X(t[1]);return X(t[0])}transform(e){let t=Z.gsplatarray_transform(this.__wbg_ptr,e);if(t[1])throw X(t[0])}set maxShDegree(e){Z.__wbg_set_gsplatarray_maxShDegree(this.__wbg_ptr,e)}set numSplats(e){Z.__wbg_set_gsplatarray_numSplats(this.__wbg_ptr,e)}};Symbol.dispose&&(ni.prototype[Symbol.dispose]=ni.prototype.free);function ri(e){let t=Z.decode_rad_header(e);if(t[2])throw X(t[1]);return X(t[0])}function ii(){return Z.get_raycast_buffer()}function ai(){return Z.get_raycast_buffer2()}function oi(e,t,n,r,i,a,o,s,c,l){return Z.raycast_ext_buffers(e,t,n,r,i,a,o,s,c,l)}function si(e,t,n,r,i,a,o,s,c,l,u,d,f){return Z.raycast_packed_buffer(e,t,n,r,i,a,o,s,c,l,u,d,f)}function ci(){return{__proto__:null,"./spark_rs_bg.js":{__proto__:null,__wbg_Error_2e59b1b37a9a34c3:function(e,t){return Error(Ci(e,t))},__wbg___wbindgen_boolean_get_a86c216575a75c30:function(e){let t=e,n=typeof t==`boolean`?t:void 0;return ji(n)?16777215:+!!n},__wbg___wbindgen_debug_string_dd5d2d07ce9e6c57:function(e,t){let n=Mi(mi(t),Z.__wbindgen_malloc,Z.__wbindgen_realloc),r=Ri;bi().setInt32(e+4,r,!0),bi().setInt32(e+0,n,!0)},__wbg___wbindgen_in_4bd7a57e54337366:function(e,t){return e in t},__wbg___wbindgen_is_falsy_c6ddfae1bb56d5ef:function(e){return!e},__wbg___wbindgen_is_function_49868bde5eb1e745:function(e){return typeof e==`function`},__wbg___wbindgen_is_object_40c5a80572e8f9d3:function(e){let t=e;return typeof t==`object`&&!!t},__wbg___wbindgen_is_undefined_c0cca72b82b86f4d:function(e){return e===void 0},__wbg___wbindgen_jsval_loose_eq_3a72ae764d46d944:function(e,t){return e==t},__wbg___wbindgen_number_get_7579aab02a8a620c:function(e,t){let n=t,r=typeof n==`number`?n:void 0;bi().setFloat64(e+8,ji(r)?0:r,!0),bi().setInt32(e+0,!ji(r),!0)},__wbg___wbindgen_string_get_914df97fcfa788f2:function(e,t){let n=t,r=typeof n==`string`?n:void 0;var i=ji(r)?0:Mi(r,Z.__wbindgen_malloc,Z.__wbindgen_realloc),a=Ri;bi().setInt32(e+4,a,!0),bi().setInt32(e+0,i,!0)},__wbg___wbindgen_throw_81fc77679af83bc6:function(e,t){throw Error(Ci(e,t))},__wbg_call_7f2987183bb62793:function(){return Ai(function(e,t){return e.call(t)},arguments)},__wbg_csplatarray_new:function(e){return ti.__wrap(e)},__wbg_done_547d467e97529006:function(e){return e.done},__wbg_error_a6fa202b58aa1cd3:function(e,t){let n,r;try{n=e,r=t,console.error(Ci(e,t))}finally{Z.__wbindgen_free(n,r,1)}},__wbg_get_4848e350b40afc16:function(e,t){return e[t>>>0]},__wbg_get_ed0642c4b9d31ddf:function(){return Ai(function(e,t){return Reflect.get(e,t)},arguments)},__wbg_get_f96702c6245e4ef9:function(){return Ai(function(e,t){return Reflect.get(e,t)},arguments)},__wbg_get_unchecked_7d7babe32e9e6a54:function(e,t){return e[t>>>0]},__wbg_get_with_ref_key_6412cf3094599694:function(e,t){return e[t]},__wbg_gsplatarray_new:function(e){return ni.__wrap(e)},__wbg_instanceof_ArrayBuffer_ff7c1337a5e3b33a:function(e){let t;try{t=e instanceof ArrayBuffer}catch{t=!1}return t},__wbg_instanceof_Uint8Array_4b8da683deb25d72:function(e){let t;try{t=e instanceof Uint8Array}catch{t=!1}return t},__wbg_isArray_db61795ad004c139:function(e){return Array.isArray(e)},__wbg_iterator_de403ef31815a3e6:function(){return Symbol.iterator},__wbg_length_0c32cb8543c8e4c8:function(e){return e.length},__wbg_length_1e701798fdcaa3b4:function(e){return e.length},__wbg_length_6e821edde497a532:function(e){return e.length},__wbg_length_a4ca9e78359b5f1f:function(e){return e.length},__wbg_length_fd4646b401926788:function(e){return e.length},__wbg_new_227d7c05414eb861:function(){return Error()},__wbg_new_4f9fafbb3909af72:function(){return{}},__wbg_new_a560378ea1240b14:function(e){return new Uint8Array(e)},__wbg_new_f3c9df4f38f3f798:function(){return[]},__wbg_new_from_slice_2580ff33d0d10520:function(e,t){return new Uint8Array(vi(e,t))},__wbg_new_with_length_26bffbe236bf73f9:function(e){return new Float32Array(e>>>0)},__wbg_new_with_length_41a22191b9bdfd66:function(e){return new Uint32Array(e>>>0)},__wbg_next_01132ed6134b8ef5:function(e){return e.next},__wbg_next_b3713ec761a9dbfd:function(){return Ai(function(e){return e.next()},arguments)},__wbg_prototypesetcall_3e05eb9545565046:function(e,t,n){Uint8Array.prototype.set.call(vi(e,t),n)},__wbg_prototypesetcall_64c287a27cc24d27:function(e,t,n){Uint16Array.prototype.set.call(gi(e,t),n)},__wbg_prototypesetcall_e42275e601e14eeb:function(e,t,n){Uint32Array.prototype.set.call(_i(e,t),n)},__wbg_push_6bdbc990be5ac37b:function(e,t){return e.push(t)},__wbg_set_448126769bf7c181:function(e,t,n){e.set(_i(t,n))},__wbg_set_6be42768c690e380:function(e,t,n){e[t]=n},__wbg_set_6c60b2e8ad0e9383:function(e,t,n){e[t>>>0]=n},__wbg_set_81b4174352e6a095:function(e,t,n){e.set(t,n>>>0)},__wbg_set_8ee2d34facb8466e:function(){return Ai(function(e,t,n){return Reflect.set(e,t,n)},arguments)},__wbg_set_a98c8da6557e63de:function(e,t,n){e.set(hi(t,n))},__wbg_set_index_338a66e40fc45dee:function(e,t,n){e[t>>>0]=n>>>0},__wbg_stack_3b0d974bbf31e44f:function(e,t){let n=t.stack,r=Mi(n,Z.__wbindgen_malloc,Z.__wbindgen_realloc),i=Ri;bi().setInt32(e+4,i,!0),bi().setInt32(e+0,r,!0)},__wbg_subarray_0f98d3fb634508ad:function(e,t,n){return e.subarray(t>>>0,n>>>0)},__wbg_subarray_517cd0f1811ab872:function(e,t,n){return e.subarray(t>>>0,n>>>0)},__wbg_subarray_d51e89458b3fdbf6:function(e,t,n){return e.subarray(t>>>0,n>>>0)},__wbg_value_7f6052747ccf940f:function(e){return e.value},__wbindgen_cast_0000000000000001:function(e){return e},__wbindgen_cast_0000000000000002:function(e,t){return hi(e,t)},__wbindgen_cast_0000000000000003:function(e,t){return _i(e,t)},__wbindgen_cast_0000000000000004:function(e,t){return Ci(e,t)},__wbindgen_cast_0000000000000005:function(e){return BigInt.asUintN(64,e)},__wbindgen_init_externref_table:function(){let e=Z.__wbindgen_externrefs,t=e.grow(4);e.set(0,void 0),e.set(t+0,void 0),e.set(t+1,null),e.set(t+2,!0),e.set(t+3,!1)}}}}var li=typeof FinalizationRegistry>`u`?{register:()=>{},unregister:()=>{}}:new FinalizationRegistry(e=>Z.__wbg_chunkdecoder_free(e>>>0,1)),ui=typeof FinalizationRegistry>`u`?{register:()=>{},unregister:()=>{}}:new FinalizationRegistry(e=>Z.__wbg_csplatarray_free(e>>>0,1)),di=typeof FinalizationRegistry>`u`?{register:()=>{},unregister:()=>{}}:new FinalizationRegistry(e=>Z.__wbg_gsplatarray_free(e>>>0,1));function fi(e){let t=Z.__externref_table_alloc();return Z.__wbindgen_externrefs.set(t,e),t}function pi(e,t){if(!(e instanceof t))throw Error(`expected instance of ${t.name}`)}function mi(e){let t=typeof e;if(t==`number`||t==`boolean`||e==null)return`${e}`;if(t==`string`)return`"${e}"`;if(t==`symbol`){let t=e.description;return t==null?`Symbol`:`Symbol(${t})`}if(t==`function`){let t=e.name;return typeof t==`string`&&t.length>0?`Function(${t})`:`Function`}if(Array.isArray(e)){let t=e.length,n=`[`;t>0&&(n+=mi(e[0]));for(let r=1;r<t;r++)n+=`, `+mi(e[r]);return n+=`]`,n}let n=/\[object ([^\]]+)\]/.exec(toString.call(e)),r;if(n&&n.length>1)r=n[1];else return toString.call(e);if(r==`Object`)try{return`Object(`+JSON.stringify(e)+`)`}catch{return`Object`}return e instanceof Error?`${e.name}: ${e.message}
${e.stack}`:r}function hi(e,t){return e>>>=0,Si().subarray(e/4,e/4+t)}function gi(e,t){return e>>>=0,Ti().subarray(e/2,e/2+t)}function _i(e,t){return e>>>=0,Di().subarray(e/4,e/4+t)}function vi(e,t){return e>>>=0,ki().subarray(e/1,e/1+t)}var yi=null;function bi(){return(yi===null||yi.buffer.detached===!0||yi.buffer.detached===void 0&&yi.buffer!==Z.memory.buffer)&&(yi=new DataView(Z.memory.buffer)),yi}var xi=null;function Si(){return(xi===null||xi.byteLength===0)&&(xi=new Float32Array(Z.memory.buffer)),xi}function Ci(e,t){return e>>>=0,Ii(e,t)}var wi=null;function Ti(){return(wi===null||wi.byteLength===0)&&(wi=new Uint16Array(Z.memory.buffer)),wi}var Ei=null;function Di(){return(Ei===null||Ei.byteLength===0)&&(Ei=new Uint32Array(Z.memory.buffer)),Ei}var Oi=null;function ki(){return(Oi===null||Oi.byteLength===0)&&(Oi=new Uint8Array(Z.memory.buffer)),Oi}function Ai(e,t){try{return e.apply(this,t)}catch(e){let t=fi(e);Z.__wbindgen_exn_store(t)}}function ji(e){return e==null}function Mi(e,t,n){if(n===void 0){let n=Li.encode(e),r=t(n.length,1)>>>0;return ki().subarray(r,r+n.length).set(n),Ri=n.length,r}let r=e.length,i=t(r,1)>>>0,a=ki(),o=0;for(;o<r;o++){let t=e.charCodeAt(o);if(t>127)break;a[i+o]=t}if(o!==r){o!==0&&(e=e.slice(o)),i=n(i,r,r=o+e.length*3,1)>>>0;let t=ki().subarray(i+o,i+r),a=Li.encodeInto(e,t);o+=a.written,i=n(i,r,o,1)>>>0}return Ri=o,i}function X(e){let t=Z.__wbindgen_externrefs.get(e);return Z.__externref_table_dealloc(e),t}var Ni=new TextDecoder(`utf-8`,{ignoreBOM:!0,fatal:!0});Ni.decode();var Pi=2146435072,Fi=0;function Ii(e,t){return Fi+=t,Fi>=Pi&&(Ni=new TextDecoder(`utf-8`,{ignoreBOM:!0,fatal:!0}),Ni.decode(),Fi=t),Ni.decode(ki().subarray(e,e+t))}var Li=new TextEncoder;`encodeInto`in Li||(Li.encodeInto=function(e,t){let n=Li.encode(e);return t.set(n),{read:e.length,written:n.length}});var Ri=0,Z;function zi(e,t){return Z=e.exports,yi=null,xi=null,wi=null,Ei=null,Oi=null,Z.__wbindgen_start(),Z}async function Bi(e,t){if(typeof Response==`function`&&e instanceof Response){if(typeof WebAssembly.instantiateStreaming==`function`)try{return await WebAssembly.instantiateStreaming(e,t)}catch(t){if(e.ok&&n(e.type)&&e.headers.get(`Content-Type`)!==`application/wasm`)console.warn("`WebAssembly.instantiateStreaming` failed because your server does not serve Wasm with `application/wasm` MIME type. Falling back to `WebAssembly.instantiate` which is slower. Original error:\n",t);else throw t}let r=await e.arrayBuffer();return await WebAssembly.instantiate(r,t)}{let n=await WebAssembly.instantiate(e,t);return n instanceof WebAssembly.Instance?{instance:n,module:e}:n}function n(e){switch(e){case`basic`:case`cors`:case`default`:return!0}return!1}}async function Vi(e){if(Z!==void 0)return Z;e!==void 0&&(Object.getPrototypeOf(e)===Object.prototype?{module_or_path:e}=e:console.warn(`using deprecated parameters for the initialization function; pass a single object instead`));let t=ci();(typeof e==`string`||typeof Request==`function`&&e instanceof Request||typeof URL==`function`&&e instanceof URL)&&(e=fetch(e));let{instance:n,module:r}=await Bi(await e,t);return zi(n)}var Hi=fetch(new URL(`spark.8fb0ecc79367.wasm`,import.meta.url).href).then(e=>{if(!e.ok)throw Error(`The splat engine could not be loaded (`+e.status+`).`);return e.headers.get(`Content-Type`)===`application/wasm`?WebAssembly.compileStreaming(e):e.arrayBuffer().then(e=>WebAssembly.compile(e))}),Ui=!1,Wi=Vi({module_or_path:Hi}).then(e=>{Ui=!0});function Gi(){return Ui}function Ki(){return new Worker(new URL(`spark-worker.f03665d03a6b.js`,import.meta.url).href)}var qi=class e{constructor(){this.queue=null,this.messages={},this.worker=new Ki,this.worker.onmessage=e=>this.onMessage(e),Hi.then(e=>{this.worker.postMessage({name:`init-wasm`,module:e})})}onMessage(e){var t;let{id:n,result:r,error:i,status:a}=e.data,o=this.messages[n];o&&(i===void 0?a===void 0?(delete this.messages[n],o.resolve(r)):(t=o.onStatus)==null||t.call(o,a):(delete this.messages[n],o.reject(i)))}tryExclusive(e){return this.queue==null?this.exclusive(e):null}async exclusive(e){let t=this.queue;t==null?this.queue=[]:await new Promise(e=>{t.push(()=>e(void 0))});try{return await e(this)}finally{this.queue!=null&&(this.queue.length===0?this.queue=null:this.queue.shift()())}}async call(t,n,r={}){let i=++e.currentId,a=new Promise((e,t)=>{this.messages[i]={resolve:e,reject:t,onStatus:r.onStatus}});return this.worker.postMessage({id:i,name:t,args:n},{transfer:Hn(n)}),await a}dispose(){this.worker.terminate();let e=Object.values(this.messages);this.messages={};for(let t of e)t.reject(Error(`Worker terminate`))}};qi.currentId=0;var Ji=qi,Yi=new class{constructor(e=4){this.numWorkers=0,this.freelist=[],this.queue=[],this.maxWorkers=e}async withWorker(e){let t=await this.allocWorker();try{return await e(t)}finally{this.freeWorker(t)}}async allocWorker(){let e=this.freelist.pop();if(e)return e;if(this.numWorkers<this.maxWorkers){let e=new Ji;return this.numWorkers+=1,e}return new Promise(e=>{this.queue.push(e)})}freeWorker(e){if(this.numWorkers>this.maxWorkers){--this.numWorkers;return}let t=this.queue.shift();t?t(e):this.freelist.push(e)}},Xi=class e{constructor(e={}){this.maxSplats=0,this.numSplats=0,this.packedArray=null,this.maxSh=3,this.isInitialized=!1,this.target=null,this.source=null,this.needsUpdate=!0,this.extra={},this.dyno=new Qi({packedSplats:this}),this.dynoRgbMinMaxLnScaleMinMax=new Vt({key:`rgbMinMaxLnScaleMinMax`,value:new c(0,1,-12,9),update:e=>(e.set(this.splatEncoding?.rgbMin??0,this.splatEncoding?.rgbMax??1,this.splatEncoding?.lnScaleMin??-12,this.splatEncoding?.lnScaleMax??9),e)}),this.dynoNumSh=new Rt({key:`numSh`,value:0,update:()=>Math.min(this.getNumSh(),this.maxSh)}),this.dynoShMax=new Bt({key:`shMax`,value:new _,update:e=>(e.set(this.splatEncoding?.sh1Max??1,this.splatEncoding?.sh2Max??1,this.splatEncoding?.sh3Max??1),e)}),this.initialized=Promise.resolve(this),this.reinitialize(e)}reinitialize(e){this.isInitialized=!1,this.extra={},this.maxSplats=e.maxSplats??0,this.splatEncoding=e.splatEncoding,this.lod=e.lod,this.nonLod=e.nonLod,e.url||e.fileBytes||e.stream||e.construct?this.initialized=this.asyncInitialize(e).then(()=>(this.isInitialized=!0,this)):(this.initialize(e),this.isInitialized=!0,this.initialized=Promise.resolve(this))}initialize(e){this.extra=e.extra??{},this.splatEncoding=e.splatEncoding??this.splatEncoding,this.lodSplats=e.lodSplats,e.packedArray?(this.packedArray=e.packedArray,this.numSplats=e.numSplats??this.packedArray.length/4,this.maxSplats=Math.floor(this.packedArray.length/4),this.maxSplats=Math.floor(this.maxSplats/E)*E,this.numSplats=Math.min(this.maxSplats,e.numSplats??1/0)):(this.maxSplats=e.maxSplats??0,this.numSplats=0)}async asyncInitialize(e){let{url:t,fileBytes:n,fileType:r,fileName:i,stream:a,streamLength:o,construct:s,lod:c,nonLod:l,lodAbove:u}=e;this.lod=c,this.nonLod=l;let d=new ra;if((n||t||a)&&await d.loadInternalAsync({packedSplats:this,url:t,fileBytes:n,fileType:r,fileName:i,stream:a,streamLength:o,onProgress:e.onProgress,lodAbove:u}),s){let e=s(this);e instanceof Promise&&await e}}dispose(){this.target&&=(this.target.dispose(),this.target.texture.source.data=null,null),this.source&&=(this.source.dispose(),this.source.source.data=null,null),this.packedArray=null;for(let e in this.extra){let t=this.extra[e];if(t instanceof V){let e=t.value;e?.isTexture&&(e.dispose(),e.source.data=null)}}this.extra={},this.disposeLodSplats()}prepareFetchSplat(){}getNumSplats(){return this.numSplats}hasRgbDir(){return Math.min(this.getNumSh(),this.maxSh)>0}getNumSh(){return this.extra.sh1?this.extra.sh2?this.extra.sh3?3:2:1:0}setMaxSh(e){this.maxSh=e}fetchSplat({index:e,viewOrigin:t}){let n=et(this.dyno,e);if(this.hasRgbDir()&&t){let r=z(n).outputs.center,i=Sr(_r(r,t)),{sh1Texture:a,sh2Texture:o,sh3Texture:s}=this.ensureShTextures(),{rgb:c}=na({coord:at(e),viewDir:i,numSh:this.dynoNumSh,sh1Texture:a,sh2Texture:o,sh3Texture:s,shMax:this.dynoShMax});c=gr(c,z(n).outputs.rgb),n=rt({gsplat:n,rgb:c})}return n}ensureShTextures(){if(!this.extra.sh1)return{};let e=this.extra.sh1Texture;if(!e){let t=this.extra.sh1,{width:n,height:r,depth:o,maxSplats:s}=Y(t.length/2);if(t.length<s*2){let e=new Uint32Array(s*2);e.set(t),this.extra.sh1=e,t=e}let c=new a(t,n,r,o);c.format=i,c.type=f,c.internalFormat=`RG32UI`,c.needsUpdate=!0,e=new H({value:c,key:`sh1`}),this.extra.sh1Texture=e}if(!this.extra.sh2)return{sh1Texture:e};let t=this.extra.sh2Texture;if(!t){let e=this.extra.sh2,{width:n,height:r,depth:i,maxSplats:o}=Y(e.length/4);if(e.length<o*4){let t=new Uint32Array(o*4);t.set(e),this.extra.sh2=t,e=t}let s=new a(e,n,r,i);s.format=h,s.type=f,s.internalFormat=`RGBA32UI`,s.needsUpdate=!0,t=new H({value:s,key:`sh2`}),this.extra.sh2Texture=t}if(!this.extra.sh3)return{sh1Texture:e,sh2Texture:t};let n=this.extra.sh3Texture;if(!n){let e=this.extra.sh3,{width:t,height:r,depth:i,maxSplats:o}=Y(e.length/4);if(e.length<o*4){let t=new Uint32Array(o*4);t.set(e),this.extra.sh3=t,e=t}let s=new a(e,t,r,i);s.format=h,s.type=f,s.internalFormat=`RGBA32UI`,s.needsUpdate=!0,n=new H({value:s,key:`sh3`}),this.extra.sh3Texture=n}return{sh1Texture:e,sh2Texture:t,sh3Texture:n}}ensureSplats(e){let t=e<=this.maxSplats?this.maxSplats:Math.max(e,2*this.maxSplats),n=this.packedArray?this.packedArray.length/4:0;if(!this.packedArray||t>n){this.maxSplats=Y(t).maxSplats;let e=new Uint32Array(this.maxSplats*4);this.packedArray&&e.set(this.packedArray),this.packedArray=e}return this.packedArray}ensureSplatsSh(e,t){let n,r;if(e===0)return this.ensureSplats(t);if(e===1)n=2,r=`sh1`;else if(e===2)n=4,r=`sh2`;else if(e===3)n=4,r=`sh3`;else throw Error(`Invalid level: ${e}`);let i=this.extra[r]?this.extra[r].length/n:0,a=t<=i?i:Math.max(t,2*i);if(!this.extra[r]||a>i){i=Y(a).maxSplats;let e=new Uint32Array(i*n);this.extra[r]&&e.set(this.extra[r]),this.extra[r]=e}return this.extra[r]}getSplat(e){if(!this.packedArray||e>=this.numSplats)throw Error(`Invalid index`);return Jn(this.packedArray,e,this.splatEncoding)}setSplat(e,t,n,r,i,a){Gn(this.ensureSplats(e+1),e,t.x,t.y,t.z,n.x,n.y,n.z,r.x,r.y,r.z,r.w,i,a.r,a.g,a.b),this.numSplats=Math.max(this.numSplats,e+1)}pushSplat(e,t,n,r,i){Gn(this.ensureSplats(this.numSplats+1),this.numSplats,e.x,e.y,e.z,t.x,t.y,t.z,n.x,n.y,n.z,n.w,r,i.r,i.g,i.b),++this.numSplats}forEachSplat(e){if(this.packedArray&&this.numSplats)for(let t=0;t<this.numSplats;++t){let n=Jn(this.packedArray,t,this.splatEncoding);e(t,n.center,n.scales,n.quaternion,n.opacity,n.color)}}ensureGenerate(e){if(this.target&&(e??1)<=this.maxSplats)return!1;this.target&&this.target.dispose();let t=Y(e??1),{width:n,height:r,depth:i}=t;return this.maxSplats=t.maxSplats,this.target=new m(n,r,i,{depthBuffer:!1,stencilBuffer:!1,generateMipmaps:!1,magFilter:x,minFilter:x}),this.target.texture.format=h,this.target.texture.type=f,this.target.texture.internalFormat=`RGBA32UI`,this.target.scissorTest=!0,!0}generateMapping(e){let t=0,n=e.map(e=>{let n=t,r=Math.ceil(e/E)*E;return t+=r,{base:n,count:e}});return{maxSplats:t,mapping:n}}getTexture(){return this.target?this.target.texture:this.source||this.packedArray?this.maybeUpdateSource():e.getEmptyArray}maybeUpdateSource(){if(!this.packedArray)throw Error(`No packed splats`);if(this.needsUpdate||!this.source){if(this.needsUpdate=!1,this.source){let{width:e,height:t,depth:n}=this.source.image;this.maxSplats!==e*t*n&&(this.source.dispose(),this.source=null)}if(this.source)this.packedArray.buffer!==this.source.image.data.buffer&&(this.source.image.data=new Uint8Array(this.packedArray.buffer));else{let{width:e,height:t,depth:n}=Y(this.maxSplats);this.source=new a(this.packedArray,e,t,n),this.source.format=h,this.source.type=f,this.source.internalFormat=`RGBA32UI`,this.source.needsUpdate=!0}this.source.needsUpdate=!0}return this.source}prepareProgramMaterial(t){let n=e.generatorProgram.get(t);if(!n){let r=P({index:`int`},{},({index:e},n,{roots:r})=>{t.inputs.index=e;let i=t.outputs.gsplat,a=wt(i,this.dynoRgbMinMaxLnScaleMinMax);r.push(a)});e.programTemplate||=new ur(Ir().computeUvec4Template),n=new lr({graph:r,inputs:{index:`_index`},outputs:{output:`target`},template:e.programTemplate}),Object.assign(n.uniforms,{targetLayer:{value:0},targetBase:{value:0},targetCount:{value:0}}),e.generatorProgram.set(t,n)}let r=n.prepareMaterial();return e.fullScreenQuad.material=r,{program:n,material:r}}saveRenderState(e){return{target:e.getRenderTarget(),xrEnabled:e.xr.enabled,autoClear:e.autoClear}}resetRenderState(e,t){e.setRenderTarget(t.target),e.xr.enabled=t.xrEnabled,e.autoClear=t.autoClear}generate({generator:t,base:n,count:r,renderer:i}){if(!this.target)throw Error(`Target must be initialized with ensureSplats`);if(n+r>this.maxSplats)throw Error(`Base + count exceeds maxSplats`);let{program:a,material:o}=this.prepareProgramMaterial(t);a.update();let s=this.saveRenderState(i),c=Math.ceil((n+r)/E)*E,l=E*D;for(o.uniforms.targetBase.value=n,o.uniforms.targetCount.value=r;n<c;){let t=Math.floor(n/l);o.uniforms.targetLayer.value=t;let r=t*l,a=Math.floor((n-r)/E),s=Math.min(D,Math.ceil((c-r)/E));this.target.scissor.set(0,a,E,s-a),i.setRenderTarget(this.target,t),i.xr.enabled=!1,i.autoClear=!1,e.fullScreenQuad.render(i),n+=E*(s-a)}return this.resetRenderState(i,s),{nextBase:c}}disposeLodSplats(){this.lodSplats&&=(this.lodSplats.dispose(),void 0)}async createLodSplats({rgbaArray:t,quality:n}={}){let r=typeof this.lod==`number`?Math.max(1.1,Math.min(2,this.lod)):n?1.75:1.5,i=this.packedArray.slice(),a=t?(await t.getArray()).slice():void 0,o={sh1:this.extra.sh1?this.extra.sh1.slice():void 0,sh2:this.extra.sh2?this.extra.sh2.slice():void 0,sh3:this.extra.sh3?this.extra.sh3.slice():void 0},s=await Yi.withWorker(async e=>await e.call(n?`qualityLodPackedSplats`:`tinyLodPackedSplats`,{numSplats:this.numSplats,packedArray:i,extra:o,lodBase:r,rgba:a,encoding:this.splatEncoding??je})),c=new e(s);this.lodSplats&&this.lodSplats.dispose(),this.lodSplats=c,this.nonLod=!0,this.lod=!n||`quality`}extractSplats(t,n){let r=Y(t.length).maxSplats,i=new e({maxSplats:r});for(let e=0;e<t.length;e++){let r=this.getSplat(t[e]);if(n){let n=(t[e]>>>16)*.61803398875;n-=Math.floor(n);let i=Math.max(0,Math.min(1,Math.abs(n*6-3)-1)),a=Math.max(0,Math.min(1,Math.abs(n*6+1)-1)),o=Math.max(0,Math.min(1,Math.abs(n*6-1)-1));r.color.r*=i,r.color.g*=a,r.color.b*=o}i.pushSplat(r.center,r.scales,r.quaternion,r.opacity,r.color)}return i}};Xi.getEmptyArray=(()=>{let{width:e,height:t,depth:n,maxSplats:r}=Y(1),i=new Uint32Array(r*4),o=new a(i,e,t,n);return o.format=h,o.type=f,o.internalFormat=`RGBA32UI`,o.needsUpdate=!0,o})(),Xi.programTemplate=null,Xi.generatorProgram=new WeakMap,Xi.fullScreenQuad=new Oe(new re({visible:!1})),Xi.emptyUint32x4=(()=>{let{width:e,height:t,depth:n,maxSplats:r}=Y(1),i=new Uint32Array(r*4),o=new a(i,e,t,n);return o.format=h,o.type=f,o.internalFormat=`RGBA32UI`,o.needsUpdate=!0,o})(),Xi.emptyUint32x2=(()=>{let{width:e,height:t,depth:n,maxSplats:r}=Y(1),o=new Uint32Array(r*2),s=new a(o,e,t,n);return s.format=i,s.type=f,s.internalFormat=`RG32UI`,s.needsUpdate=!0,s})();var Zi=Xi,Qi=class extends V{constructor({packedSplats:e}={}){super({key:`packedSplats`,type:Qe,globals:()=>[ct],value:{textureArray:Zi.getEmptyArray,numSplats:0,rgbMinMaxLnScaleMinMax:new c(0,1,-12,9),lodOpacity:!1},update:e=>(e.textureArray=this.packedSplats?.getTexture()??Zi.getEmptyArray,e.numSplats=this.packedSplats?.numSplats??0,e.rgbMinMaxLnScaleMinMax.set(this.packedSplats?.splatEncoding?.rgbMin??0,this.packedSplats?.splatEncoding?.rgbMax??1,this.packedSplats?.splatEncoding?.lnScaleMin??-12,this.packedSplats?.splatEncoding?.lnScaleMax??9),e.lodOpacity=this.packedSplats?.splatEncoding?.lodOpacity??!1,e)}),this.packedSplats=e}},$i=I(`
  vec3 evaluatePackedSH1(uvec2 packedData, vec3 viewDir, float sh1Max) {
    // Extract sint7 values packed into 2 x uint32
    vec3 sh1_0 = vec3(ivec3(
      int(packedData.x << 25u) >> 25,
      int(packedData.x << 18u) >> 25,
      int(packedData.x << 11u) >> 25
    ));
    vec3 sh1_1 = vec3(ivec3(
      int(packedData.x << 4u) >> 25,
      int((packedData.x >> 3u) | (packedData.y << 29u)) >> 25,
      int(packedData.y << 22u) >> 25
    ));
    vec3 sh1_2 = vec3(ivec3(
      int(packedData.y << 15u) >> 25,
      int(packedData.y << 8u) >> 25,
      int(packedData.y << 1u) >> 25
    ));

    vec3 rgb = sh1_0 * (-0.4886025 * viewDir.y)
      + sh1_1 * (0.4886025 * viewDir.z)
      + sh1_2 * (-0.4886025 * viewDir.x);
    return rgb * (sh1Max / 63.0);
  }
`),ea=I(`
  vec3 evaluatePackedSH2(uvec4 packedData, vec3 viewDir, float sh2Max) {
    // Extract sint8 values packed into 4 x uint32
    vec3 sh2_0 = vec3(ivec3(
      int(packedData.x << 24u) >> 24,
      int(packedData.x << 16u) >> 24,
      int(packedData.x << 8u) >> 24
    ));
    vec3 sh2_1 = vec3(ivec3(
      int(packedData.x) >> 24,
      int(packedData.y << 24u) >> 24,
      int(packedData.y << 16u) >> 24
    ));
    vec3 sh2_2 = vec3(ivec3(
      int(packedData.y << 8u) >> 24,
      int(packedData.y) >> 24,
      int(packedData.z << 24u) >> 24
    ));
    vec3 sh2_3 = vec3(ivec3(
      int(packedData.z << 16u) >> 24,
      int(packedData.z << 8u) >> 24,
      int(packedData.z) >> 24
    ));
    vec3 sh2_4 = vec3(ivec3(
      int(packedData.w << 24u) >> 24,
      int(packedData.w << 16u) >> 24,
      int(packedData.w << 8u) >> 24
    ));

    vec3 rgb = sh2_0 * (1.0925484 * viewDir.x * viewDir.y)
      + sh2_1 * (-1.0925484 * viewDir.y * viewDir.z)
      + sh2_2 * (0.3153915 * (2.0 * viewDir.z * viewDir.z - viewDir.x * viewDir.x - viewDir.y * viewDir.y))
      + sh2_3 * (-1.0925484 * viewDir.x * viewDir.z)
      + sh2_4 * (0.5462742 * (viewDir.x * viewDir.x - viewDir.y * viewDir.y));
    return rgb * (sh2Max / 127.0);
  }
`),ta=I(`
  vec3 evaluatePackedSH3(uvec4 packedData, vec3 viewDir, float sh3Max) {
    // Extract sint6 values packed into 4 x uint32
    vec3 sh3_0 = vec3(ivec3(
      int(packedData.x << 26u) >> 26,
      int(packedData.x << 20u) >> 26,
      int(packedData.x << 14u) >> 26
    ));
    vec3 sh3_1 = vec3(ivec3(
      int(packedData.x << 8u) >> 26,
      int(packedData.x << 2u) >> 26,
      int((packedData.x >> 4u) | (packedData.y << 28u)) >> 26
    ));
    vec3 sh3_2 = vec3(ivec3(
      int(packedData.y << 22u) >> 26,
      int(packedData.y << 16u) >> 26,
      int(packedData.y << 10u) >> 26
    ));
    vec3 sh3_3 = vec3(ivec3(
      int(packedData.y << 4u) >> 26,
      int((packedData.y >> 2u) | (packedData.z << 30u)) >> 26,
      int(packedData.z << 24u) >> 26
    ));
    vec3 sh3_4 = vec3(ivec3(
      int(packedData.z << 18u) >> 26,
      int(packedData.z << 12u) >> 26,
      int(packedData.z << 6u) >> 26
    ));
    vec3 sh3_5 = vec3(ivec3(
      int(packedData.z) >> 26,
      int(packedData.w << 26u) >> 26,
      int(packedData.w << 20u) >> 26
    ));
    vec3 sh3_6 = vec3(ivec3(
      int(packedData.w << 14u) >> 26,
      int(packedData.w << 8u) >> 26,
      int(packedData.w << 2u) >> 26
    ));

    float xx = viewDir.x * viewDir.x;
    float yy = viewDir.y * viewDir.y;
    float zz = viewDir.z * viewDir.z;
    float xy = viewDir.x * viewDir.y;
    float yz = viewDir.y * viewDir.z;
    float zx = viewDir.z * viewDir.x;

    vec3 rgb = sh3_0 * (-0.5900436 * viewDir.y * (3.0 * xx - yy))
      + sh3_1 * (2.8906114 * xy * viewDir.z) +
      + sh3_2 * (-0.4570458 * viewDir.y * (4.0 * zz - xx - yy))
      + sh3_3 * (0.3731763 * viewDir.z * (2.0 * zz - 3.0 * xx - 3.0 * yy))
      + sh3_4 * (-0.4570458 * viewDir.x * (4.0 * zz - xx - yy))
      + sh3_5 * (1.4453057 * viewDir.z * (xx - yy))
      + sh3_6 * (-0.5900436 * viewDir.x * (xx - 3.0 * yy));
    return rgb * (sh3Max / 31.0);
  }
`);function na({coord:e,viewDir:t,numSh:n,sh1Texture:r,sh2Texture:i,sh3Texture:a,shMax:o}){return new N({inTypes:{coord:`ivec3`,viewDir:`vec3`,numSh:`int`,sh1Texture:`usampler2DArray`,sh2Texture:`usampler2DArray`,sh3Texture:`usampler2DArray`,shMax:`vec3`},outTypes:{rgb:`vec3`},inputs:{coord:e,viewDir:t,numSh:n,sh1Texture:r,sh2Texture:i,sh3Texture:a,shMax:o},globals:()=>[$i,ea,ta],statements:({inputs:e,outputs:t})=>{let n=[`vec3 rgb = vec3(0.0);`];return e.sh1Texture&&(n.push(...F(`
          if (${e.numSh} >= 1) {
            vec3 sh1Rgb = evaluatePackedSH1(texelFetch(${e.sh1Texture}, ${e.coord}, 0).rg, ${e.viewDir}, ${e.shMax}.x);
            rgb += sh1Rgb;
          `)),e.sh2Texture&&(n.push(...F(`
            if (${e.numSh} >= 2) {
              vec3 sh2Rgb = evaluatePackedSH2(texelFetch(${e.sh2Texture}, ${e.coord}, 0), ${e.viewDir}, ${e.shMax}.y);
              rgb += sh2Rgb;
            `)),e.sh3Texture&&n.push(...F(`
              if (${e.numSh} >= 3) {
                vec3 sh3Rgb = evaluatePackedSH3(texelFetch(${e.sh3Texture}, ${e.coord}, 0), ${e.viewDir}, ${e.shMax}.z);
                rgb += sh3Rgb;
              }
            `)),n.push(`}`)),n.push(`}`)),n.push(`${t.rgb} = rgb;`),n}}).outputs}var ra=class extends e{constructor(e){super(e),this.fileLoader=new t(e)}load(e,t,n,r){return this.loadInternal({url:e,onLoad:t,onProgress:n,onError:r})}async loadAsync(e,t){return new Promise((n,r)=>{this.load(e,e=>{n(e)},t,r)})}parse(e){return new Oa({packedSplats:e})}loadInternal({packedSplats:e,extSplats:t,url:n,fileBytes:r,fileType:i,fileName:a,stream:o,streamLength:s,onLoad:c,onProgress:l,onError:u,lod:d,nonLod:f,lodAbove:p,lodBase:m}){r instanceof ArrayBuffer&&(r=new Uint8Array(r));let h=r?void 0:this.manager.resolveURL((this.path??``)+(n??``)),g=o?.getReader();this.manager.itemStart(h??``),Yi.withWorker(async n=>{let u=e?.lod??t?.lod;u&&(d=u);let _=e?.nonLod??t?.nonLod;_!==void 0&&(f=_);let v=async e=>{let{loaded:t,total:r}=e;if(t!==void 0&&l&&l(new ProgressEvent(`progress`,{lengthComputable:r!==0,loaded:t,total:r})),e.nextChunk){let e;if(!g)e=new Uint8Array;else{let{done:t,value:n}=await g.read();t?(g.releaseLock(),g=void 0,e=new Uint8Array):e=n}n.call(`nextChunk`,{chunk:e})}},y=h?new URL(h,window.location.href).toString():void 0,b=await n.call(t?`loadExtSplats`:`loadPackedSplats`,{url:y,requestHeader:this.requestHeader,withCredentials:this.withCredentials,fileBytes:r?.slice(),fileType:i,pathName:h||a,chunked:o!==void 0,chunkedLength:s,encoding:e?.splatEncoding,lod:d,lodBase:m,nonLod:f,lodAbove:p},{onStatus:v}),x=b;`lodSplats`in b&&(x.lodSplats=t?new ua({...b.lodSplats}):new Zi({...b.lodSplats,maxSplats:e?.maxSplats}));let ee;t?(ee=t,t.initialize(x)):(ee=e??new Zi,ee.initialize(x)),c?.(ee)}).catch(e=>{this.manager.itemError(h??``),u?.(e)}).finally(()=>{this.manager.itemEnd(h??``)})}async loadInternalAsync({packedSplats:e,extSplats:t,url:n,fileBytes:r,fileType:i,fileName:a,stream:o,streamLength:s,onProgress:c,lod:l,nonLod:u,lodAbove:d,lodBase:f}){return new Promise((p,m)=>{this.loadInternal({packedSplats:e,extSplats:t,url:n,fileBytes:r,fileType:i,fileName:a,stream:o,streamLength:s,onLoad:p,onProgress:c,onError:m,lod:l,nonLod:u,lodAbove:d,lodBase:f})})}};function ia(e){let t=new DataView(e.buffer).getUint32(0,!0);if((t&16777215)==7957616)return O.PLY;if((t&16777215)==559903){let t=sr(e,4);return new DataView(t.buffer).getUint32(0,!0)===1347635022?O.SPZ:void 0}if(t===67324752)return ca(e)?O.PCSOGSZIP:void 0;if(t===809779538)return O.RAD}function aa(e){let t=e.split(/[?#]/,1)[0],n=Math.max(t.lastIndexOf(`/`),t.lastIndexOf(`\\`)),r=t.slice(n+1),i=r.lastIndexOf(`.`);return i<=0||i===r.length-1?``:r.slice(i+1).toLowerCase()}function oa(e){let t=aa(e);if(t===`ply`)return O.PLY;if(t===`spz`)return O.SPZ;if(t===`splat`)return O.SPLAT;if(t===`ksplat`)return O.KSPLAT;if(t===`sog`)return O.PCSOGSZIP;if(t===`rad`)return O.RAD}function sa(e){try{let t;if(typeof e==`string`)t=e;else{let n=e instanceof ArrayBuffer?new Uint8Array(e):e;if(n.length>65536)return;t=new TextDecoder().decode(n)}let n=JSON.parse(t);if(!n||typeof n!=`object`||Array.isArray(n))return;let r=n.version===2;for(let e of[`means`,`scales`,`quats`,`sh0`]){if(!n[e]||typeof n[e]!=`object`||Array.isArray(n[e]))return;if(r){if(!n[e].files||(e===`scales`||e===`sh0`)&&!n[e].codebook||e===`means`&&(!n[e].mins||!n[e].maxs))return}else if(!n[e].shape||!n[e].files||e!==`quats`&&(!n[e].mins||!n[e].maxs))return}return n}catch{return}}function ca(e){try{let t=e instanceof ArrayBuffer?new Uint8Array(e):e,n=null,r=En(t,{filter:({name:e})=>e.split(/[\\/]/).pop()===`meta.json`&&(n=e,!0)});if(!n)return;let i=sa(r[n]);return i?{name:n,json:i}:void 0}catch{return}}var la=class e{constructor(t={}){this.maxSplats=0,this.numSplats=0,this.extra={},this.maxSh=3,this.isInitialized=!1,this.extArrays=[new Uint32Array,new Uint32Array],this.textures=[e.emptyTexture,e.emptyTexture],this.extra={},this.dyno=new da({extSplats:this}),this.dynoNumSh=new Rt({key:`numSh`,value:0,update:()=>Math.min(this.getNumSh(),this.maxSh)}),this.initialized=Promise.resolve(this),this.reinitialize(t)}reinitialize(e){this.isInitialized=!1,this.extra={},this.maxSplats=e.maxSplats??0,this.lod=e.lod,this.nonLod=e.nonLod,e.url||e.fileBytes||e.stream||e.construct?this.initialized=this.asyncInitialize(e).then(()=>(this.isInitialized=!0,this)):(this.initialize(e),this.isInitialized=!0,this.initialized=Promise.resolve(this))}initialize(e){this.extra=e.extra??{},this.lodSplats=e.lodSplats,e.extArrays?(this.extArrays=e.extArrays,this.maxSplats=Math.floor(Math.min(this.extArrays[0].length/4,this.extArrays[1].length/4)),this.numSplats=e.numSplats??this.maxSplats,this.maxSplats=Math.floor(this.maxSplats/E)*E,this.numSplats=Math.min(this.maxSplats,e.numSplats??1/0),this.updateTextures()):(this.maxSplats=e.maxSplats??0,this.numSplats=0,this.extArrays=[new Uint32Array,new Uint32Array])}async asyncInitialize(e){let{url:t,fileBytes:n,fileType:r,fileName:i,stream:a,streamLength:o,construct:s,lod:c,nonLod:l,lodAbove:u}=e;this.lod=c,this.nonLod=l;let d=new ra;if((n||t||a)&&await d.loadInternalAsync({extSplats:this,url:t,fileBytes:n,fileType:r,fileName:i,stream:a,streamLength:o,onProgress:e.onProgress,lodAbove:u}),s){let e=s(this);e instanceof Promise&&await e}}dispose(){this.textures[0]!==e.emptyTexture&&(this.textures[0].dispose(),this.textures[0].source.data=null,this.textures[0]=e.emptyTexture),this.textures[1]!==e.emptyTexture&&(this.textures[1].dispose(),this.textures[1].source.data=null,this.textures[1]=e.emptyTexture),this.extArrays=[new Uint32Array,new Uint32Array];for(let e in this.extra){let t=this.extra[e];if(t instanceof V){let e=t.value;e?.isTexture&&(e.dispose(),e.source.data=null)}}this.extra={},this.disposeLodSplats()}prepareFetchSplat(){}getNumSplats(){return this.numSplats}hasRgbDir(){return Math.min(this.getNumSh(),this.maxSh)>0}getNumSh(){return this.extra.sh1?this.extra.sh2?!this.extra.sh3a||!this.extra.sh3b?2:3:1:0}setMaxSh(e){this.maxSh=e}fetchSplat({index:e,viewOrigin:t}){let n=tt(this.dyno,e);if(this.hasRgbDir()&&t){let r=z(n).outputs.center,i=Sr(_r(r,t)),{sh1Texture:a,sh2Texture:o,sh3TextureA:s,sh3TextureB:c}=this.ensureShTextures(),{rgb:l}=ha({coord:at(e),viewDir:i,numSh:this.dynoNumSh,sh1Texture:a,sh2Texture:o,sh3TextureA:s,sh3TextureB:c});l=gr(l,z(n).outputs.rgb),n=rt({gsplat:n,rgb:l})}return n}ensureShTextures(){if(!this.extra.sh1)return{};let e=this.extra.sh1Texture;if(!e){let t=this.extra.sh1,{width:n,height:r,depth:i,maxSplats:a}=Y(t.length/4);if(t.length<a*4){let e=new Uint32Array(a*4);e.set(t),this.extra.sh1=e,t=e}e=new H({value:ga(t,n,r,i,h,f,`RGBA32UI`),key:`sh1`}),this.extra.sh1Texture=e}if(!this.extra.sh2)return{sh1Texture:e};let t=this.extra.sh2Texture;if(!t){let e=this.extra.sh2,{width:n,height:r,depth:i,maxSplats:a}=Y(e.length/4);if(e.length<a*4){let t=new Uint32Array(a*4);t.set(e),this.extra.sh2=t,e=t}t=new H({value:ga(e,n,r,i,h,f,`RGBA32UI`),key:`sh2`}),this.extra.sh2Texture=t}if(!this.extra.sh3a||!this.extra.sh3b)return{sh1Texture:e,sh2Texture:t};let n=this.extra.sh3TextureA;if(!n){let e=this.extra.sh3a,{width:t,height:r,depth:i,maxSplats:a}=Y(e.length/4);if(e.length<a*4){let t=new Uint32Array(a*4);t.set(e),this.extra.sh3a=t,e=t}n=new H({value:ga(e,t,r,i,h,f,`RGBA32UI`),key:`sh3`}),this.extra.sh3TextureA=n}let r=this.extra.sh3TextureB;if(!r){let e=this.extra.sh3b,{width:t,height:n,depth:i,maxSplats:a}=Y(e.length/4);if(e.length<a*4){let t=new Uint32Array(a*4);t.set(e),this.extra.sh3b=t,e=t}r=new H({value:ga(e,t,n,i,h,f,`RGBA32UI`),key:`sh3b`}),this.extra.sh3TextureB=r}return{sh1Texture:e,sh2Texture:t,sh3TextureA:n,sh3TextureB:r}}ensureSplats(e){let t=e<=this.maxSplats?this.maxSplats:Math.max(e,2*this.maxSplats),n=this.extArrays[0]?this.extArrays[0].length/4:0;if(!this.extArrays[0]||t>n){this.maxSplats=Y(t).maxSplats;let e=new Uint32Array(this.maxSplats*4),n=new Uint32Array(this.maxSplats*4);this.extArrays[0]&&(e.set(this.extArrays[0]),n.set(this.extArrays[1])),this.extArrays[0]=e,this.extArrays[1]=n}return this.extArrays}getSplat(e){if(e>=this.numSplats)throw Error(`Invalid index`);return Wn(this.extArrays,e)}setSplat(e,t,n,r,i,a){Un(this.ensureSplats(e+1),e,t.x,t.y,t.z,n.x,n.y,n.z,r.x,r.y,r.z,r.w,i,a.r,a.g,a.b),this.numSplats=Math.max(this.numSplats,e+1)}pushSplat(e,t,n,r,i){Un(this.ensureSplats(this.numSplats+1),this.numSplats,e.x,e.y,e.z,t.x,t.y,t.z,n.x,n.y,n.z,n.w,r,i.r,i.g,i.b),++this.numSplats}forEachSplat(e){if(this.numSplats)for(let t=0;t<this.numSplats;++t){let n=Wn(this.extArrays,t);e(t,n.center,n.scales,n.quaternion,n.opacity,n.color)}}updateTextures(){if(this.textures[0]!==e.emptyTexture){let{width:t,height:n,depth:r}=this.textures[0].image;this.maxSplats!==t*n*r&&(this.textures[0].dispose(),this.textures[0]=e.emptyTexture,this.textures[1].dispose(),this.textures[1]=e.emptyTexture)}if(this.textures[0]===e.emptyTexture){let{width:e,height:t,depth:n}=Y(this.maxSplats);this.textures[0]=ga(this.extArrays[0],e,t,n,h,f,`RGBA32UI`),this.textures[1]=ga(this.extArrays[1],e,t,n,h,f,`RGBA32UI`)}else this.extArrays[0].buffer!==this.textures[0].image.data.buffer&&(this.textures[0].image.data=new Uint8Array(this.extArrays[0].buffer),this.textures[1].image.data=new Uint8Array(this.extArrays[1].buffer),this.textures[0].needsUpdate=!0,this.textures[1].needsUpdate=!0)}extractSplats(t,n){let r=Y(t.length).maxSplats,i=new e({maxSplats:r});for(let e=0;e<t.length;e++){let r=this.getSplat(t[e]);if(n){let n=(t[e]>>>16)*.61803398875;n-=Math.floor(n);let i=Math.max(0,Math.min(1,Math.abs(n*6-3)-1)),a=Math.max(0,Math.min(1,Math.abs(n*6+1)-1)),o=Math.max(0,Math.min(1,Math.abs(n*6-1)-1));r.color.r*=i,r.color.g*=a,r.color.b*=o}i.pushSplat(r.center,r.scales,r.quaternion,r.opacity,r.color)}return i}disposeLodSplats(){this.lodSplats&&=(this.lodSplats.dispose(),void 0)}async createLodSplats({rgbaArray:t,quality:n}={}){let r=typeof this.lod==`number`?Math.max(1.1,Math.min(2,this.lod)):n?1.75:1.5,i=[this.extArrays[0].slice(),this.extArrays[1].slice()],a=t?(await t.getArray()).slice():void 0,o={sh1:this.extra.sh1?this.extra.sh1.slice():void 0,sh2:this.extra.sh2?this.extra.sh2.slice():void 0,sh3:this.extra.sh3?this.extra.sh3.slice():void 0},s=await Yi.withWorker(async e=>await e.call(n?`qualityLodExtSplats`:`tinyLodExtSplats`,{numSplats:this.numSplats,extArrays:i,extra:o,lodBase:r,rgba:a})),c=new e(s);this.lodSplats&&this.lodSplats.dispose(),this.lodSplats=c,this.nonLod=!0,this.lod=!n||`quality`}};la.emptyArray=(()=>{let{width:e,height:t,depth:n,maxSplats:r}=Y(1),i=new Uint32Array(r*4),o=new a(i,e,t,n);return o.format=h,o.type=f,o.internalFormat=`RGBA32UI`,o.needsUpdate=!0,o})(),la.emptyTexture=ga(null,1,1,1,h,f,`RGBA32UI`),la.emptyUint32x4=(()=>{let{width:e,height:t,depth:n,maxSplats:r}=Y(1),i=new Uint32Array(r*4),o=new a(i,e,t,n);return o.format=h,o.type=f,o.internalFormat=`RGBA32UI`,o.needsUpdate=!0,o})();var ua=la,da=class extends V{constructor({extSplats:e}={}){super({key:`extSplats`,type:$e,globals:()=>[dt],value:{textureArray1:ua.emptyTexture,textureArray2:ua.emptyTexture,numSplats:0},update:e=>(e.textureArray1=this.extSplats?.textures[0]??ua.emptyTexture,e.textureArray2=this.extSplats?.textures[1]??ua.emptyTexture,e.numSplats=this.extSplats?.numSplats??0,e)}),this.extSplats=e}},fa=I(`
  vec3 evaluateExtSH1(uvec4 packedData, vec3 viewDir) {
    vec3 sh1_0 = decodeExtRgb(packedData.x);
    vec3 sh1_1 = decodeExtRgb(packedData.y);
    vec3 sh1_2 = decodeExtRgb(packedData.z);

    return sh1_0 * (-0.4886025 * viewDir.y)
      + sh1_1 * (0.4886025 * viewDir.z)
      + sh1_2 * (-0.4886025 * viewDir.x);
  }
`),pa=I(`
  vec3 evaluateExtSH12(uvec4 packed1, uvec4 packed2, vec3 viewDir) {
    vec3 sh1_0 = decodeExtRgb(packed1.x);
    vec3 sh1_1 = decodeExtRgb(packed1.y);
    vec3 sh1_2 = decodeExtRgb(packed1.z);

    vec3 sh2_0 = decodeExtRgb(packed1.w);
    vec3 sh2_1 = decodeExtRgb(packed2.x);
    vec3 sh2_2 = decodeExtRgb(packed2.y);
    vec3 sh2_3 = decodeExtRgb(packed2.z);
    vec3 sh2_4 = decodeExtRgb(packed2.w);

    vec3 sh1Rgb = sh1_0 * (-0.4886025 * viewDir.y)
      + sh1_1 * (0.4886025 * viewDir.z)
      + sh1_2 * (-0.4886025 * viewDir.x);

    vec3 sh2Rgb = sh2_0 * (1.0925484 * viewDir.x * viewDir.y)
      + sh2_1 * (-1.0925484 * viewDir.y * viewDir.z)
      + sh2_2 * (0.3153915 * (2.0 * viewDir.z * viewDir.z - viewDir.x * viewDir.x - viewDir.y * viewDir.y))
      + sh2_3 * (-1.0925484 * viewDir.x * viewDir.z)
      + sh2_4 * (0.5462742 * (viewDir.x * viewDir.x - viewDir.y * viewDir.y));

    return sh1Rgb + sh2Rgb;
  }
`),ma=I(`
  vec3 evaluateExtSH3(uvec4 packedA, uvec4 packedB, vec3 viewDir) {
    vec3 sh3_0 = decodeExtRgb(packedA.x);
    vec3 sh3_1 = decodeExtRgb(packedA.y);
    vec3 sh3_2 = decodeExtRgb(packedA.z);
    vec3 sh3_3 = decodeExtRgb(packedA.w);
    vec3 sh3_4 = decodeExtRgb(packedB.x);
    vec3 sh3_5 = decodeExtRgb(packedB.y);
    vec3 sh3_6 = decodeExtRgb(packedB.z);

    float xx = viewDir.x * viewDir.x;
    float yy = viewDir.y * viewDir.y;
    float zz = viewDir.z * viewDir.z;
    float xy = viewDir.x * viewDir.y;
    float yz = viewDir.y * viewDir.z;
    float zx = viewDir.z * viewDir.x;

    return sh3_0 * (-0.5900436 * viewDir.y * (3.0 * xx - yy))
      + sh3_1 * (2.8906114 * xy * viewDir.z) +
      + sh3_2 * (-0.4570458 * viewDir.y * (4.0 * zz - xx - yy))
      + sh3_3 * (0.3731763 * viewDir.z * (2.0 * zz - 3.0 * xx - 3.0 * yy))
      + sh3_4 * (-0.4570458 * viewDir.x * (4.0 * zz - xx - yy))
      + sh3_5 * (1.4453057 * viewDir.z * (xx - yy))
      + sh3_6 * (-0.5900436 * viewDir.x * (xx - 3.0 * yy));
  }
`);function ha({coord:e,viewDir:t,numSh:n,sh1Texture:r,sh2Texture:i,sh3TextureA:a,sh3TextureB:o}){return new N({inTypes:{coord:`ivec3`,viewDir:`vec3`,numSh:`int`,sh1Texture:`usampler2DArray`,sh2Texture:`usampler2DArray`,sh3TextureA:`usampler2DArray`,sh3TextureB:`usampler2DArray`},outTypes:{rgb:`vec3`},inputs:{coord:e,viewDir:t,numSh:n,sh1Texture:r,sh2Texture:i,sh3TextureA:a,sh3TextureB:o},globals:()=>[fa,pa,ma],statements:({inputs:e,outputs:t})=>{let n=[`vec3 rgb = vec3(0.0);`];return e.sh1Texture&&(e.sh2Texture?(n.push(...F(`
            if (${e.numSh} == 1) {
              rgb = evaluateExtSH1(texelFetch(${e.sh1Texture}, ${e.coord}, 0), ${e.viewDir});
            } else if (${e.numSh} >= 2) {
              rgb = evaluateExtSH12(texelFetch(${e.sh1Texture}, ${e.coord}, 0), texelFetch(${e.sh2Texture}, ${e.coord}, 0), ${e.viewDir});
            `)),e.sh3TextureA&&e.sh3TextureB&&n.push(...F(`
              if (${e.numSh} >= 3) {
                rgb += evaluateExtSH3(texelFetch(${e.sh3TextureA}, ${e.coord}, 0), texelFetch(${e.sh3TextureB}, ${e.coord}, 0), ${e.viewDir});
              }
            `)),n.push(`}`)):n.push(...F(`
            if (${e.numSh} >= 1) {
              rgb = evaluateExtSH1(texelFetch(${e.sh1Texture}, ${e.coord}, 0), ${e.viewDir});
            }
            `))),n.push(`${t.rgb} = rgb;`),n}}).outputs}function ga(e,t,n,r,i,o,s){let c=new a(e,t,n,r);return c.format=i,c.type=o,c.internalFormat=s,c.needsUpdate=!0,c}var _a={type:`RgbaArray`};I(`
  struct RgbaArray {
    sampler2DArray texture;
    int count;
  };
`);var va=256,ya=256,ba=va*ya,xa=class{constructor(e){if(this.abortController=new AbortController,this.pager=e.pager,this.rootUrl=e.rootUrl??``,this.requestHeader=e.requestHeader,this.withCredentials=e.withCredentials,this.numSh=0,this.maxSh=e.pager?.maxSh??3,this.numSplats=0,this.dynoNumSplats=new Rt({value:0}),this.dynoIndices=new Ut({value:Sa.emptyIndicesTexture}),this.rgbMinMaxLnScaleMinMax=new Vt({value:new c(0,1,-12,9)}),this.lodOpacity=new Lt({value:!1}),this.dynoNumSh=new Rt({value:0}),this.shMax=new Bt({value:new _}),this.fileBytes=e.fileBytes,this.fileType=e.fileType,!this.fileType&&this.fileBytes&&(this.fileType=ia(this.fileBytes)),!this.fileType&&this.rootUrl&&(this.fileType=oa(this.rootUrl)),!this.fileType)throw Error(`Unable to determine file type`);this.fileType===O.RAD&&(this.radMetaPromise=this.getRadMeta())}dispose(){this.dynoIndices.value!==Sa.emptyIndicesTexture&&(this.dynoIndices.value.dispose(),this.dynoIndices.value=Sa.emptyIndicesTexture),this.abortController.abort()}setMaxSh(e){this.maxSh=e}getRadMeta(){return this.radMetaPromise||(this.radMetaPromise=(async()=>{if(await Wi,this.fileBytes){let e=ri(this.fileBytes.slice(0,1048576));if(e)return e;throw Error(`Failed to decode RAD header`)}if(!this.rootUrl)throw Error(`No url or fileBytes provided`);for(let e of[65536,262144,1048576]){let t=ri(await Ta({url:this.rootUrl,requestHeader:this.requestHeader,withCredentials:this.withCredentials,offset:0,bytes:e}));if(t)return t}throw Error(`Failed to decode RAD header`)})().then(e=>e),this.radMetaPromise.catch(e=>{console.error(e)})),this.radMetaPromise}chunkUrl(e){return this.rootUrl.replace(/-lod-0\./,`-lod-${e}.`)}async fetchDecodeChunk(e){let t;if(this.fileType===O.RAD){let{meta:n,chunksStart:r}=await this.getRadMeta();if(e<0||e>=n.chunks.length)throw Error(`Chunk index out of range: ${e} (max: ${n.chunks.length-1})`);let{offset:i,bytes:a,filename:o}=n.chunks[e];if(o){if(this.fileBytes)throw Error(`Chunked RAD file not supported with fileBytes`);let e=new URL(this.rootUrl,window.location.href).toString();t=await Ta({url:new URL(o,e).toString(),requestHeader:this.requestHeader,withCredentials:this.withCredentials,signal:this.abortController.signal})}else if(i+=r,this.fileBytes){if(i<0||i+a>this.fileBytes.length)throw Error(`Invalid chunk offset or bytes: ${i} + ${a} > ${this.fileBytes.length}`);t=this.fileBytes.slice(i,i+a)}else if(this.rootUrl)t=await Ta({url:this.rootUrl,requestHeader:this.requestHeader,withCredentials:this.withCredentials,offset:i,bytes:a,signal:this.abortController.signal});else throw Error(`No url or fileBytes provided`)}else if(!this.fileBytes){if(this.rootUrl){let n=this.chunkUrl(e),r=new Request(n,{headers:this.requestHeader?new Headers(this.requestHeader):void 0,credentials:this.withCredentials?`include`:`same-origin`,signal:this.abortController.signal}),i=await fetch(r);if(!i.ok||!i.body)throw Error(`Failed to fetch "${n}": ${i.status} ${i.statusText}`);t=new Uint8Array(await i.arrayBuffer())}else throw Error(`No url or fileBytes provided`)}return await Yi.withWorker(async n=>{if(!this.pager)throw Error(`PagedSplats.pager not set`);if(!this.pager.extSplats){let r=await n.call(`loadPackedSplats`,{fileBytes:t,pathName:this.chunkUrl(e),sh1Codes:this.sh1Codes?.slice(),sh2Codes:this.sh2Codes?.slice(),sh3Codes:this.sh3Codes?.slice()});if(!(`lodSplats`in r))throw Error(`Loaded chunk does not contain LoD splats`);let i=r.lodSplats;return this.splatEncoding||(this.splatEncoding=i.splatEncoding,this.numSh=i.extra.sh3?3:i.extra.sh2?2:+!!i.extra.sh1,this.rgbMinMaxLnScaleMinMax.value.set(this.splatEncoding.rgbMin??0,this.splatEncoding.rgbMax??1,this.splatEncoding.lnScaleMin??-12,this.splatEncoding.lnScaleMax??9),this.lodOpacity.value=this.splatEncoding.lodOpacity??!1,this.shMax.value.set(this.splatEncoding.sh1Max??1,this.splatEncoding.sh2Max??1,this.splatEncoding.sh3Max??1)),this.sh1Codes=i.extra.sh1Codes??this.sh1Codes,this.sh2Codes=i.extra.sh2Codes??this.sh2Codes,this.sh3Codes=i.extra.sh3Codes??this.sh3Codes,i}let r=this.sh3Codes,i=await n.call(`loadExtSplats`,{fileBytes:t,pathName:this.chunkUrl(e),sh1Codes:this.sh1Codes?.slice(),sh2Codes:this.sh2Codes?.slice(),sh3Codes:r?[r[0].slice(),r[1].slice()]:void 0});if(!(`lodSplats`in i))throw Error(`Loaded chunk does not contain LoD splats`);let a=i.lodSplats;return this.splatEncoding||(this.splatEncoding=je,this.numSh=a.extra.sh3a&&a.extra.sh3b?3:a.extra.sh2?2:+!!a.extra.sh1),this.sh1Codes=a.extra.sh1Codes??this.sh1Codes,this.sh2Codes=a.extra.sh2Codes??this.sh2Codes,this.sh3Codes=a.extra.sh3Codes??this.sh3Codes,a})}update(e,t){if(!this.pager)throw Error(`PagedSplats.pager not set`);let n=this.pager.renderer;this.numSplats=e,this.dynoNumSplats.value=this.numSplats;let r=Math.ceil(e/16384),i=this.dynoIndices.value===Sa.emptyIndicesTexture?void 0:this.dynoIndices.value;if(i&&r>i.image.height&&(i.dispose(),i=void 0),!i)i=new S(t,4096,r,h,f),i.internalFormat=`RGBA32UI`,i.needsUpdate=!0,n.initTexture(i),this.dynoIndices.value=i;else{let a=i.image.data;a.set(t.subarray(0,e)),cr(n,i,4096,r,a)}}prepareFetchSplat(){}getNumSplats(){return this.numSplats}hasRgbDir(){return this.pager?Math.min(this.numSh,this.pager.maxSh)>0:!1}getNumSh(){return this.numSh}fetchSplat({index:e,viewOrigin:t}){if(!this.pager)throw Error(`PagedSplats.pager not set`);let n=this.pager.readIndex.apply({index:e,numSplats:this.dynoNumSplats,indices:this.dynoIndices}).index;return this.pager.extSplats?this.hasRgbDir()&&t?(this.dynoNumSh.value=Math.min(this.numSh,this.maxSh,this.pager.maxSh),this.pager.readSplatExtDir.apply({index:n,viewOrigin:t,numSh:this.dynoNumSh}).gsplat):this.pager.readSplatExt.apply({index:n}).gsplat:this.hasRgbDir()&&t?(this.dynoNumSh.value=Math.min(this.numSh,this.maxSh,this.pager.maxSh),this.pager.readSplatDir.apply({index:n,rgbMinMaxLnScaleMinMax:this.rgbMinMaxLnScaleMinMax,lodOpacity:this.lodOpacity,viewOrigin:t,numSh:this.dynoNumSh,shMax:this.shMax}).gsplat):this.pager.readSplat.apply({index:n,rgbMinMaxLnScaleMinMax:this.rgbMinMaxLnScaleMinMax,lodOpacity:this.lodOpacity}).gsplat}forEachSplat(e){if(!this.pager||!this.numSplats)return;let t=this.pager.extSplats,n=this.dynoIndices.value.image.data,r=this.pager.packedTexture.value.image.data,i=[r,this.pager.extTexture.value.image.data];for(let a=0;a<this.numSplats;++a){let o=n[a],s=t?Wn(i,o):Jn(r,o,this.splatEncoding);e(a,s.center,s.scales,s.quaternion,s.opacity,s.color)}}},Q=class e{constructor(t){this.fetchPause=0,this.splatsChunkToPage=new Map,this.pageToSplatsChunk=[],this.renderer=t.renderer,this.extSplats=t.extSplats??!1,this.pageSplats=ba,this.maxSplats=t.maxSplats??16777216,this.maxPages=Math.ceil(this.maxSplats/ba),this.maxSplats=this.maxPages*ba,this.maxSh=t.maxSh??3,this.curSh=0,this.autoDrive=t.autoDrive??!0,this.numFetchers=t.numFetchers??3,this.splatsChunkToPage=new Map,this.pageToSplatsChunk=Array(this.maxPages),this.pageFreelist=Array.from({length:this.maxPages},(e,t)=>t),this.pageLru=new Set,this.freeablePages=[],this.newUploads=[],this.readyUploads=[],this.lodTreeUpdates=[],this.fetchers=[],this.fetched=[],this.fetchPriority=[],this.packedTexture=new H({value:this.newUint32ArrayTexture(4)}),this.extTexture=new H({value:this.extSplats?this.newUint32ArrayTexture(4):e.emptyExtTexture});let n=this.extSplats?e.emptyExtShTextures:e.emptyShTextures;this.shTextures=n.map(e=>new H({value:e})),this.readIndex=P({index:`int`,numSplats:`int`,indices:`usampler2D`},{index:`int`},({index:e,numSplats:t,indices:n})=>new N({inTypes:{index:`int`,numSplats:`int`,indices:`usampler2D`},outTypes:{index:`int`},inputs:{index:e,numSplats:t,indices:n},statements:({inputs:e,outputs:t})=>F(`
            if (${e.index} >= ${e.numSplats}) {
              return;
            }

            ivec2 indexCoord = ivec2((${e.index} >> 2) & 4095, ${e.index} >> 14);
            uint index = texelFetch(${e.indices}, indexCoord, 0)[${e.index} & 3];
            ${t.index} = int(index);
          `)}).outputs),this.readSplat=P({index:`int`,rgbMinMaxLnScaleMinMax:`vec4`,lodOpacity:`bool`},{gsplat:L},({index:e,rgbMinMaxLnScaleMinMax:t,lodOpacity:n})=>new N({inTypes:{index:`int`,packedTexture:`usampler2DArray`,rgbMinMaxLnScaleMinMax:`vec4`,lodOpacity:`bool`},outTypes:{gsplat:L},inputs:{index:e,packedTexture:this.packedTexture,rgbMinMaxLnScaleMinMax:t,lodOpacity:n},globals:()=>[B],statements:({inputs:e,outputs:t})=>F(`
            int index = ${e.index};
            ivec3 splatCoord = pagedSplatTexCoord(index);
            uvec4 packedData = texelFetch(${e.packedTexture}, splatCoord, 0);

            unpackSplatEncoding(packedData, ${t.gsplat}.center, ${t.gsplat}.scales, ${t.gsplat}.quaternion, ${t.gsplat}.rgba, ${e.rgbMinMaxLnScaleMinMax});
            if ((${t.gsplat}.rgba.a == 0.0) || all(equal(${t.gsplat}.scales, vec3(0.0, 0.0, 0.0)))) {
              return;
            }
            
            ${t.gsplat}.index = index;
            ${t.gsplat}.flags = GSPLAT_FLAG_ACTIVE;
            if (${e.lodOpacity}) {
              ${t.gsplat}.rgba.a *= 2.0;
            }
          `)}).outputs),this.readSplatDir=P({index:`int`,rgbMinMaxLnScaleMinMax:`vec4`,lodOpacity:`bool`,viewOrigin:`vec3`,numSh:`int`,shMax:`vec3`},{gsplat:L},({index:e,rgbMinMaxLnScaleMinMax:t,lodOpacity:n,viewOrigin:r,numSh:i,shMax:a})=>{if(!e||!t||!n||!r||!i||!a)throw Error(`index and viewOrigin are required`);let o=this.readSplat.apply({index:e,rgbMinMaxLnScaleMinMax:t,lodOpacity:n}).gsplat,s=z(o).outputs.center,c=Sr(_r(s,r)),l=na({coord:ot(e),viewDir:c,numSh:i,sh1Texture:this.shTextures[0],sh2Texture:this.shTextures[1],sh3Texture:this.shTextures[2],shMax:a}).rgb;return l=gr(l,z(o).outputs.rgb),o=rt({gsplat:o,rgb:l}),{gsplat:o}}),this.readSplatExt=P({index:`int`},{gsplat:L},({index:e})=>new N({inTypes:{index:`int`,extTexture1:`usampler2DArray`,extTexture2:`usampler2DArray`},outTypes:{gsplat:L},inputs:{index:e,extTexture1:this.packedTexture,extTexture2:this.extTexture},globals:()=>[B],statements:({inputs:e,outputs:t})=>F(`
            int index = ${e.index};
            ivec3 splatCoord = ivec3(index & 255, (index >> 8) & 255, index >> 16);
            uvec4 ext1 = texelFetch(${e.extTexture1}, splatCoord, 0);
            float alpha = unpackSplatExtAlpha(ext1);
            if (alpha == 0.0) {
              return;
            }

            uvec4 ext2 = texelFetch(${e.extTexture2}, splatCoord, 0);
            unpackSplatExt(ext1, ext2, ${t.gsplat}.center, ${t.gsplat}.scales, ${t.gsplat}.quaternion, ${t.gsplat}.rgba);
            if (all(equal(${t.gsplat}.scales, vec3(0.0, 0.0, 0.0)))) {
              return;
            }

            ${t.gsplat}.index = index;
            ${t.gsplat}.flags = GSPLAT_FLAG_ACTIVE;
          `)}).outputs),this.readSplatExtDir=P({index:`int`,viewOrigin:`vec3`,numSh:`int`},{gsplat:L},({index:e,viewOrigin:t,numSh:n})=>{if(!e||!t||!n)throw Error(`index and viewOrigin are required`);let r=this.readSplatExt.apply({index:e}).gsplat,i=z(r).outputs.center,a=Sr(_r(i,t)),o=ha({coord:ot(e),viewDir:a,numSh:n,sh1Texture:this.shTextures[0],sh2Texture:this.shTextures[1],sh3TextureA:this.shTextures[2],sh3TextureB:this.shTextures[3]}).rgb;return o=gr(o,z(r).outputs.rgb),r=rt({gsplat:r,rgb:o}),{gsplat:r}})}dispose(){this.autoDrive=!1,this.numFetchers=0,this.packedTexture.value.dispose(),this.packedTexture.value.source.data=null,this.extTexture.value!==e.emptyExtTexture&&(this.extTexture.value.dispose(),this.extTexture.value.source.data=null);let t=this.extSplats?e.emptyExtShTextures:e.emptyShTextures;for(let e=0;e<t.length;e++){let n=this.shTextures[e].value;n!==t[e]&&(n.dispose(),n.source.data=null)}}ensureShTextures(t){this.curSh=Math.max(this.curSh,t);let n=this.extSplats?e.emptyExtShTextures:e.emptyShTextures;for(let t=0;t<this.curSh;t++)if(this.shTextures[t].value===n[t]){let n=this.shTextures[t].value===e.emptyUint32x2?2:4;this.shTextures[t].value=this.newUint32ArrayTexture(n)}}allocatePage(){return this.pageFreelist.shift()}getSplatsChunk(e,t){let n=this.splatsChunkToPage.get(e);if(n)return n[t]}insertSplatsChunkPage(e,t,n,r){this.splatsChunkToPage.has(e)||this.splatsChunkToPage.set(e,[]);let i=this.splatsChunkToPage.get(e);if(!i)throw Error(`impossible`);t>=i.length&&(i.length=t+1);let a={page:n,lru:r};return i[t]=a,this.pageLru.add(a),this.pageToSplatsChunk[n]={splats:e,chunk:t,time:performance.now()},this.pageToSplatsChunk[n]}removeSplatsChunkPage(e,t,n){let r=this.splatsChunkToPage.get(e);if(!r)throw Error(`impossible`);let i=r[t];if(!i)throw Error(`pageLru not found for splats: ${e}, chunk: ${t}, page: ${n}`);for(this.pageLru.delete(i),r[t]=void 0;r.length>0&&r[r.length-1]===void 0;)r.pop();for(r.length===0&&this.splatsChunkToPage.delete(e),this.pageToSplatsChunk[n]=void 0;this.pageToSplatsChunk.length>0&&this.pageToSplatsChunk[this.pageToSplatsChunk.length-1]===void 0;)this.pageToSplatsChunk.pop()}removeSplats(e){let t=this.splatsChunkToPage.get(e);if(!t)return;let n=new Set;for(;t.length>0;){let e=t.pop();if(e){let{page:t}=e;this.pageToSplatsChunk[t]=void 0,n.add(t),this.pageFreelist.push(t),this.pageLru.delete(e)}}this.splatsChunkToPage.delete(e),this.freeablePages=this.freeablePages.filter(e=>!n.has(e))}uploadPage(e,t,n,r){let i=e*ba;wa(this.packedTexture,e,i*4,t),r&&wa(this.extTexture,e,i*4,r);let a=Math.min(n.length,3);this.ensureShTextures(a);for(let t=0;t<n.length;t++){let r=n[t],a=this.shTextures[t].value.format===1031?2:4;wa(this.shTextures[t],e,i*a,r)}}newUint32ArrayTexture(e){let t=new Uint32Array(this.maxPages*va*ya*e),n=new a(t,va,ya,this.maxPages);return n.format=e===2?i:h,n.type=f,n.internalFormat=e===2?`RG32UI`:`RGBA32UI`,n.needsUpdate=!0,n.source.dataReady=!1,this.renderer.initTexture(n),n}driveFetchers(){let e=[],t=[],n=0;for(let{splats:r,chunk:i}of this.fetchPriority){let a=this.getSplatsChunk(r,i);if(a)n>=this.maxPages?t.push(a):e.push(a),n+=1;else if(this.fetched.some(({splats:e,chunk:t})=>r===e&&i===t)||this.fetchers.some(({splats:e,chunk:t})=>r===e&&i===t))n+=1;else if(n<this.maxPages&&this.fetchers.length<this.numFetchers){n+=1;let e={splats:r,chunk:i};this.fetchers.push(e),r.fetchDecodeChunk(i).then(async e=>{r.abortController.signal.aborted||(this.fetched.push({splats:r,chunk:i,data:e}),this.fetchPause>0&&await new Promise(e=>setTimeout(e,this.fetchPause)))},async e=>{e.name!==`AbortError`&&console.warn(e);let t=250+500*Math.random();await new Promise(e=>setTimeout(e,t))}).finally(()=>{let t=this.fetchers.indexOf(e);this.fetchers[t]=this.fetchers[this.fetchers.length-1],this.fetchers.length--,this.processFetched()}).then(e=>{this.autoDrive&&this.driveFetchers()})}}let r=performance.now();for(let e of t.reverse())e.lru=r,this.pageLru.delete(e),this.pageLru.add(e);let i=new Set(this.pageLru);for(let t of e.reverse())i.delete(t),t.lru=r,this.pageLru.delete(t),this.pageLru.add(t);this.freeablePages=Array.from(i).map(({page:e})=>e)}allocateFreeable(){let e=this.freeablePages.shift();if(e===void 0)return;let t=this.pageToSplatsChunk[e];if(!t)throw Error(`splatsChunk not found for page: ${e}`);let{splats:n,chunk:r}=t;return this.removeSplatsChunkPage(n,r,e),this.lodTreeUpdates.push({splats:n,page:e,chunk:r,numSplats:ba}),e}processFetched(){let e=performance.now();for(;;){let t=this.fetched.shift();if(!t)break;let{splats:n,chunk:r,data:i}=t,a=this.allocatePage();if(a===void 0&&(a=this.allocateFreeable(),a===void 0))return;this.insertSplatsChunkPage(n,r,a,e);let{numSplats:o,extra:s}=i;if(this.lodTreeUpdates.push({splats:n,page:a,chunk:r,numSplats:o,lodTree:s.lodTree}),Ca(i,this.extSplats)){let e=i.extArrays,t=e[0],n=e[1],r=[i.extra.sh1,i.extra.sh2,i.extra.sh3a,i.extra.sh3b],s=r.findIndex(e=>!e);s>=0&&(r.length=s),this.newUploads.push({page:a,numSplats:o,packedArray:t,extArray:n,shArrays:r})}else{let e=i.packedArray,t=[i.extra.sh1,i.extra.sh2,i.extra.sh3],n=t.findIndex(e=>!e);n>=0&&(t.length=n),this.newUploads.push({page:a,numSplats:o,packedArray:e,shArrays:t})}}}processUploads(){for(;;){let e=this.readyUploads.shift();if(!e)break;let{page:t,numSplats:n,packedArray:r,extArray:i,shArrays:a}=e;this.uploadPage(t,r,a,i)}}consumeLodTreeUpdates(){let e=this.lodTreeUpdates;return this.lodTreeUpdates=[],this.readyUploads.push(...this.newUploads),this.newUploads=[],e}};Q.emptyUint32x4=(()=>{let{width:e,height:t,depth:n,maxSplats:r}=Y(1),i=new Uint32Array(r*4),o=new a(i,e,t,n);return o.format=h,o.type=f,o.internalFormat=`RGBA32UI`,o.needsUpdate=!0,o})(),Q.emptyUint32x2=(()=>{let{width:e,height:t,depth:n,maxSplats:r}=Y(1),o=new Uint32Array(r*2),s=new a(o,e,t,n);return s.format=i,s.type=f,s.internalFormat=`RG32UI`,s.needsUpdate=!0,s})(),Q.emptyIndicesTexture=(()=>{let e=new S(new Uint32Array(16384),4096,1);return e.format=h,e.type=f,e.internalFormat=`RGBA32UI`,e.needsUpdate=!0,e})(),Q.emptyPackedTexture=Q.emptyUint32x4,Q.emptyExtTexture=Q.emptyUint32x4,Q.emptyShTextures=[Q.emptyUint32x2,Q.emptyUint32x4,Q.emptyUint32x4],Q.emptyExtShTextures=[Q.emptyUint32x4,Q.emptyUint32x4,Q.emptyUint32x4,Q.emptyUint32x4];var Sa=Q;function Ca(e,t){return t}function wa(e,t,n,r){e.value.image.data.subarray(n,n+r.length).set(r),e.value.addLayerUpdate(t),e.value.needsUpdate=!0,e.value.source.dataReady=!0}async function Ta({url:e,requestHeader:t,withCredentials:n,offset:r,bytes:i,signal:a}){let o=new Request(e,{headers:t?new Headers(t):void 0,credentials:n?`include`:`same-origin`,signal:a});r!==void 0&&i!==void 0&&o.headers.set(`Range`,`bytes=${r}-${r+i-1}`);let s=await fetch(o);if(!s.ok||!s.body)throw Error(`Failed to fetch "${e}": ${s.status} ${s.statusText}`);return new Uint8Array(await s.arrayBuffer())}var Ea=class{constructor(){this.fetchDyno=new N({inTypes:{},outTypes:{gsplat:L},globals:()=>[B],statements:({outputs:e})=>F(`
      ${e.gsplat}.flags = 0u;
      return;
    `)}).outputs.gsplat}prepareFetchSplat(){}dispose(){}getNumSplats(){return 0}hasRgbDir(){return!1}getNumSh(){return 0}setMaxSh(e){}fetchSplat({index:e}){return this.fetchDyno}forEachSplat(){}},Da=class e extends $r{constructor(e={}){if(super({update:e=>this.update(e)}),this.isInitialized=!1,this.recolor=new C(1,1,1),this.opacity=1,this.generatorDirty=!0,this.enableViewToObject=!1,this.enableViewToWorld=!1,this.enableWorldToView=!1,this.skinning=null,this.edits=null,this.rgbaDisplaceEdits=null,this.splatRgba=null,this.maxSh=3,this.showLodPageDyno=new Rt({value:0}),e.splats)this.splats=e.splats,this.numSplats=e.splats.getNumSplats();else if(e.paged){e.extSplats&&console.warn(`To set extSplats with the paged option, set SparkRenderer.pagedExtSplats`);let t=e.url??``;if(e.paged instanceof xa)this.paged=e.paged;else{let n={rootUrl:t};if(e.paged instanceof Sa)n.pager=e.paged;else if(e.paged===!0)n.fileType=e.fileType;else throw Error(`Invalid paged option`);this.paged=new xa(n)}this.splats=this.paged}else e.extSplats?(this.extSplats=e.extSplats instanceof ua?e.extSplats:new ua,e.extSplats=this.extSplats,this.numSplats=this.extSplats.numSplats,this.splats=this.extSplats):e.packedSplats?(this.packedSplats=e.packedSplats,this.packedSplats.splatEncoding=e.splatEncoding??{...je},this.splats=this.packedSplats):this.packedSplats=new Zi;if(this.editable=e.editable??!0,this.raycastable=e.raycastable??!0,this.minRaycastOpacity=e.minRaycastOpacity??.2,this.onFrame=e.onFrame,this.context={transform:new Zr,viewToWorld:new Zr,worldToView:new Zr,viewToObject:new Zr,covTransform:new Qr,covViewToWorld:new Qr,covWorldToView:new Qr,covViewToObject:new Qr,recolor:new Vt({value:new c().setScalar(-1/0)}),time:new zt({value:0}),deltaTime:new zt({value:0}),numSplats:new Rt({value:0}),splats:new Ea,enableLod:new Lt({value:!1}),lodIndices:new Ut({value:ja,key:`lodIndices`})},this.covSplats=e.covSplats??!1,this.covSplats&&!this.extSplats)throw Error(`CovSplats requires ExtSplats`);if(this.objectModifiers=e.objectModifier?[e.objectModifier]:void 0,this.worldModifiers=e.worldModifier?[e.worldModifier]:void 0,e.objectModifiers&&(this.objectModifiers=e.objectModifiers),e.worldModifiers&&(this.worldModifiers=e.worldModifiers),this.enableLod=e.enableLod,this.lodScale=e.lodScale??1,this.behindFoveate=e.behindFoveate,this.coneFov0=e.coneFov0,this.coneFov=e.coneFov,this.coneFoveate=e.coneFoveate,this.updateGenerator(),e.url||e.fileBytes||e.stream||e.constructSplats||e.packedSplats&&!e.packedSplats.isInitialized||this.extSplats&&!this.extSplats.isInitialized)this.initialized=this.asyncInitialize(e).then(async()=>{if(this.updateGenerator(),this.isInitialized=!0,e.onLoad){let t=e.onLoad(this);t instanceof Promise&&await t}return this});else if(this.isInitialized=!0,this.initialized=Promise.resolve(this),e.onLoad){let t=e.onLoad(this);t instanceof Promise&&(this.initialized=t.then(()=>this))}}async asyncInitialize(e){let{url:t,fileBytes:n,fileType:r,fileName:i,stream:a,streamLength:o,maxSplats:s,constructSplats:c,onProgress:l,splatEncoding:u,lod:d,nonLod:f,lodAbove:p}=e;if(this.packedSplats){if(t||n||a||c){let e={url:t,fileBytes:n,fileType:r,fileName:i,stream:a,streamLength:o,maxSplats:s,construct:c,onProgress:l,splatEncoding:u,lod:d,nonLod:f,lodAbove:p};this.packedSplats.reinitialize(e)}await this.packedSplats.initialized,this.splats=this.packedSplats}else if(this.extSplats&&(t||n||a||c)){let e=c;this.extSplats.reinitialize({url:t,fileBytes:n,fileType:r,fileName:i,stream:a,streamLength:o,maxSplats:s,construct:e,onProgress:l,lod:d,nonLod:f,lodAbove:p}),await this.extSplats.initialized,this.splats=this.extSplats}this.splats&&(this.numSplats=this.splats.getNumSplats(),this.updateGenerator())}pushSplat(e,t,n,r,i){this.packedSplats?this.packedSplats.pushSplat(e,t,n,r,i):this.extSplats&&this.extSplats.pushSplat(e,t,n,r,i)}forEachSplat(e){var t;(t=this.splats)==null||t.forEachSplat(e)}dispose(){var e;(e=super.dispose)==null||e.call(this),this.splats&&this.splats!==this.packedSplats&&this.splats!==this.extSplats&&(this.splats.dispose(),this.splats=void 0),this.packedSplats&&=(this.packedSplats.dispose(),void 0),this.extSplats&&=(this.extSplats.dispose(),void 0)}getBoundingBox(e=!0){var t;if(!this.initialized)throw Error(`Cannot get bounding box before SplatMesh is initialized`);let n=new _(1/0,1/0,1/0),r=new _(-1/0,-1/0,-1/0),i=new _,a=[-1,1];function o(t,o,s,c,l,u){if(e)n.min(o),r.max(o);else for(let e of a)for(let t of a)for(let l of a)i.set(e*s.x,t*s.y,l*s.z),i.applyQuaternion(c),i.add(o),n.min(i),r.max(i)}return(t=this.splats)==null||t.forEachSplat(o),new p(n,r)}set objectModifier(e){this.objectModifiers=e?[e]:void 0}set worldModifier(e){this.worldModifiers=e?[e]:void 0}constructGenerator(e){if(this.covSplats)return this.constructCovGenerator(e);let{transform:t,viewToObject:n,recolor:r}=e,i=P({index:`int`},{gsplat:L},({index:i})=>{if(!i)throw Error(`index is undefined`);i=ka(e.lodIndices,i,e.numSplats,e.enableLod,this.showLodPageDyno),e.splats.setMaxSh(this.maxSh),e.splats.prepareFetchSplat();let a=e.splats.fetchSplat({index:i,viewOrigin:n.translate});if(this.splatRgba&&(a=Aa(a,this.splatRgba.dyno,i,e.enableLod)),this.skinning&&(a=this.skinning.modify(a)),this.objectModifiers)for(let e of this.objectModifiers)a=e.apply({gsplat:a}).gsplat;a=t.applyGsplat(a);let o=vr(r,z(a).outputs.rgba);if(a=rt({gsplat:a,rgba:o}),this.rgbaDisplaceEdits&&(a=this.rgbaDisplaceEdits.modify(a)),this.worldModifiers)for(let e of this.worldModifiers)a=e.apply({gsplat:a}).gsplat;return{gsplat:a}});this.generator=i,this.covGenerator=void 0}constructCovGenerator(e){let{covTransform:t,covViewToObject:n,recolor:r}=e,i=P({index:`int`},{covsplat:R},({index:i})=>{if(!i)throw Error(`index is undefined`);i=ka(e.lodIndices,i,e.numSplats,e.enableLod,this.showLodPageDyno),e.splats.prepareFetchSplat();let a=e.splats.fetchSplat({index:i,viewOrigin:n.offset});if(this.splatRgba&&(a=Aa(a,this.splatRgba.dyno,i,e.enableLod)),this.objectModifiers)for(let e of this.objectModifiers)a=e.apply({gsplat:a}).gsplat;let o=nt(a);if(this.skinning&&(o=this.skinning.modifyCov(o)),this.covObjectModifiers)for(let e of this.covObjectModifiers)o=e.apply({covsplat:o}).covsplat;o=t.applyCovSplat(o);let s=vr(r,vt(o).outputs.rgba);if(o=yt({covsplat:o,rgba:s}),this.rgbaDisplaceEdits&&(o=this.rgbaDisplaceEdits.modifyCov(o)),this.covWorldModifiers)for(let e of this.covWorldModifiers)o=e.apply({covsplat:o}).covsplat;return{covsplat:o}});this.generator=void 0,this.covGenerator=i}updateGenerator(){this.generatorDirty=!0}update({renderer:t,time:n,deltaTime:r,viewToWorld:i,camera:a,renderSize:o,globalEdits:s,lodIndices:l}){var u;this.context.time.value=n,this.context.deltaTime.value=r,e.dynoTime.value=n,this.showLodPageDyno.value=this.showLodPage??-1;let f=this.splats??this.packedSplats??this.extSplats;f&&(this.context.splats=f),this.numSplats=this.context.splats.getNumSplats();let p=!1,m=this.packedSplats?.lodSplats??this.extSplats?.lodSplats;if(this.context.enableLod.value=m!=null&&l!=null,this.enableLod===!1&&(this.context.enableLod.value=!1),this.context.lodIndices.value=l?.texture??ja,this.context.enableLod.value&&m&&(this.context.splats=m,this.numSplats=l?.numSplats??0),this.context.numSplats.value=this.numSplats,this.context.splats!==this.lastSplats&&(this.lastSplats=this.context.splats,this.generatorDirty=!0),this.covSplats){this.context.covTransform.update(this)&&(p=!0),this.context.covViewToWorld.updateFromMatrix(i)&&this.enableViewToWorld&&(p=!0);let e=i.clone().invert();this.context.covWorldToView.updateFromMatrix(e)&&this.enableWorldToView&&(p=!0);let t=this.matrixWorld.clone().invert().multiply(i);this.context.covViewToObject.updateFromMatrix(t)&&(this.enableViewToObject||this.context.splats.hasRgbDir())&&(p=!0)}else{this.context.transform.update(this)&&(p=!0),this.context.viewToWorld.updateFromMatrix(i)&&this.enableViewToWorld&&(p=!0);let e=i.clone().invert();this.context.worldToView.updateFromMatrix(e)&&this.enableWorldToView&&(p=!0);let t=new d().compose(this.context.transform.translate.value,this.context.transform.rotate.value,new _().setScalar(this.context.transform.scale.value)).invert().multiply(i);this.context.viewToObject.updateFromMatrix(t)&&(this.enableViewToObject||this.context.splats.hasRgbDir())&&(p=!0)}let h=new c(this.recolor.r,this.recolor.g,this.recolor.b,this.opacity);h.equals(this.context.recolor.value)||(this.context.recolor.value.copy(h),p=!0);let g=this.editable?(this.edits??[]).concat(s):[];this.editable&&!this.edits&&this.traverseVisible(e=>{e instanceof Ur&&g.push(e)}),g.sort((e,t)=>e.ordering-t.ordering);let v=g.map(e=>{if(e.sdfs!=null)return{edit:e,sdfs:e.sdfs};let t=[];return e.traverseVisible(e=>{e instanceof Vr&&t.push(e)}),{edit:e,sdfs:t}});if(v.length>0&&!this.rgbaDisplaceEdits){let e=v.length,t=v.reduce((e,t)=>e+t.sdfs.length,0);this.rgbaDisplaceEdits=new Wr({maxEdits:e,maxSdfs:t}),this.generatorDirty=!0}if(this.rgbaDisplaceEdits){let e=this.rgbaDisplaceEdits.update(v);p||=e.updated,e.dynoUpdated&&(this.generatorDirty=!0)}this.generatorDirty&&(this.constructGenerator(this.context),this.generatorDirty=!1,p=!0),p&&this.updateVersion(),(u=this.onFrame)==null||u.call(this,{mesh:this,time:n,deltaTime:r})}raycast(t,n){if(!Gi()||!this.raycastable||!this.packedSplats&&!this.extSplats&&!this.paged)return;let i=this.paged!=null,a=i?this.paged?.pager?.extSplats??!1:this.extSplats!=null,{near:o,far:s,ray:c}=t,l=this.matrixWorld.clone().invert(),u=new r().setFromMatrix4(l),d=c.origin.clone().applyMatrix4(l),f=c.direction.clone().applyMatrix3(u),p=ii(),m=p.length/4,h=0,g=this.raycastIndices?.numSplats??(i?this.paged?.numSplats:this.context.numSplats.value)??0,_=this.raycastIndices?.indices??(i?this.paged?.dynoIndices.value.image.data:this.context.enableLod.value?this.context.lodIndices.value.image.data:null)??null;if(a){let e=ai(),t=i?(this.paged?.pager)?.packedTexture.value.image.data:_?(this.extSplats?.lodSplats)?.extArrays[0]:this.extSplats?.extArrays[0],n=i?(this.paged?.pager)?.extTexture.value.image.data:_?(this.extSplats?.lodSplats)?.extArrays[1]:this.extSplats?.extArrays[1];if(!t||!n)return;for(let r=0;r<g;r+=m){let i=Math.min(m,g-r);if(!_)p.set(t.subarray(r*4,(r+i)*4)),e.set(n.subarray(r*4,(r+i)*4));else for(let a=0;a<i;++a){let i=_[r+a],o=a*4,s=i*4;p[o]=t[s],p[o+1]=t[s+1],p[o+2]=t[s+2],p[o+3]=t[s+3],e[o]=n[s],e[o+1]=n[s+1],e[o+2]=n[s+2],e[o+3]=n[s+3]}let a=oi(d.x,d.y,d.z,f.x,f.y,f.z,this.minRaycastOpacity,o,s,i);h=this.appendRaycastBuffer(h,a)}}else{let e=i?(this.paged?.pager)?.packedTexture.value.image.data:_?this.packedSplats?.lodSplats?.packedArray:this.packedSplats?.packedArray;if(!e)return;let t=i?this.paged?.splatEncoding:this.packedSplats?.splatEncoding;for(let n=0;n<g;n+=m){let r=Math.min(m,g-n);if(!_)p.set(e.subarray(n*4,(n+r)*4));else for(let t=0;t<r;++t){let r=_[n+t],i=t*4,a=r*4;p[i]=e[a],p[i+1]=e[a+1],p[i+2]=e[a+2],p[i+3]=e[a+3]}let i=si(d.x,d.y,d.z,f.x,f.y,f.z,this.minRaycastOpacity,o,s,r,t?.lnScaleMin??-12,t?.lnScaleMax??9,t?.lodOpacity??!1);h=this.appendRaycastBuffer(h,i)}}for(let t of e.raycastBuffer.subarray(0,h)){let e=c.direction.clone().multiplyScalar(t).add(c.origin);n.push({distance:t,point:e,object:this})}}appendRaycastBuffer(t,n){let r=t+n.length,i=e.raycastBuffer.length;if(r>i){for(;i<r;)i*=2;let n=new Float32Array(i);n.set(e.raycastBuffer.subarray(0,t)),e.raycastBuffer=n}return e.raycastBuffer.set(n,t),t+n.length}async createLodSplats({rgbaArray:e,quality:t}={}){this.packedSplats?await this.packedSplats.createLodSplats({quality:t,rgbaArray:e}):this.extSplats&&await this.extSplats.createLodSplats({quality:t,rgbaArray:e})}};Da.dynoTime=new zt({value:0}),Da.raycastBuffer=new Float32Array(1024);var Oa=Da;function ka(e,t,n,r,i){return Je({inTypes:{lodIndices:`usampler2D`,index:`int`,numSplats:`int`,enableLod:`bool`,showLodPage:`int`},outTypes:{index:`int`},inputs:{lodIndices:e,index:t,numSplats:n,enableLod:r,showLodPage:i},statements:({inputs:e,outputs:t})=>F(`
        int index = ${e.index};
        if (${e.showLodPage} < 0) {
          if (index >= ${e.numSplats}) {
            return;
          }
          if (${e.enableLod}) {
            ivec2 lodIndexCoord = ivec2((index >> 2) & 4095, index >> 14);
            uint splatIndex = texelFetch(${e.lodIndices}, lodIndexCoord, 0)[index & 3];
            ${t.index} = int(splatIndex);
          } else {
            ${t.index} = index;
          }
        } else {
          int start = ${e.showLodPage} << 16;
          if (index >= 65536) {
            return;
          }
          ${t.index} = start + index;
        }
      `)}).outputs.index}function Aa(e,t,n,r){return Je({inTypes:{gsplat:L,rgba:_a,index:`int`,enableLod:`bool`},outTypes:{gsplat:L},inputs:{gsplat:e,rgba:t,index:n,enableLod:r},statements:({inputs:e,outputs:t})=>F(`
        ${t.gsplat} = ${e.gsplat};
        if (!${e.enableLod} && (${e.index} >= 0) && (${e.index} < ${e.rgba}.count)) {
          ${t.gsplat}.rgba = texelFetch(${e.rgba}.texture, splatTexCoord(${e.index}), 0);
        }
      `)}).outputs.gsplat}var ja=(()=>{let e=new S(new Uint32Array(16384),4096,1,h,f);return e.internalFormat=`RGBA32UI`,e.needsUpdate=!0,e})(),$=class e{constructor({extSplats:e,covSplats:t}={}){if(this.time=0,this.deltaTime=0,this.viewToWorld=new d,this.viewOrigin=new _,this.viewDirection=new _,this.maxSplats=0,this.numSplats=0,this.target=null,this.mapping=[],this.version=-1,this.mappingVersion=-1,this.readback=null,this.readbackSplats=[],!Dn)throw Error(`Spark requires THREE.js r179 or above`);this.extSplats=e??!0,this.covSplats=t??!1}dispose(){this.target&&=(this.target.dispose(),null)}getTextures(){return this.target?this.target.textures:e.emptyTextures}generateMapping(e){let t=0,n=e.map(e=>{let n=t,r=Math.ceil(e/E)*E;return t+=r,{base:n,count:e}});return{maxSplats:t,mapping:n}}ensureGenerate({maxSplats:e}){if(this.target&&(e??1)<=this.maxSplats)return!1;this.dispose();let t=Y(e??1),{width:n,height:r,depth:i}=t;if(this.maxSplats=t.maxSplats,this.target=new m(n,r,i,{depthBuffer:!1,stencilBuffer:!1,generateMipmaps:!1,magFilter:x,minFilter:x,format:h,type:f}),this.target.scissorTest=!0,this.extSplats){let e=this.target.texture.clone(),t=this.target.texture.clone();t.format=fe,t.type=u,t.internalFormat=`RGBA8`,this.target.textures=[this.target.texture,e,t]}else{let e=this.target.texture.clone();e.format=fe,e.type=u,e.internalFormat=`RGBA8`,this.target.textures=[this.target.texture,e]}return!0}saveRenderState(e){return{target:e.getRenderTarget(),activeCubeFace:e.getActiveCubeFace(),activeMipmapLevel:e.getActiveMipmapLevel(),xrEnabled:e.xr.enabled,autoClear:e.autoClear}}resetRenderState(e,t){e.setRenderTarget(t.target,t.activeCubeFace,t.activeMipmapLevel),e.xr.enabled=t.xrEnabled,e.autoClear=t.autoClear}prepareProgramMaterial(t,n){let r=t??n;if(!r)throw Error(`Either generator or covGenerator must be provided`);let i=e.generatorProgram.get(r);i||(i=new lr({graph:P({index:`int`},{},({index:r},i,{roots:a})=>{if(t&&(t.inputs.index=r),n&&(n.inputs.index=r),this.extSplats){if(!this.covSplats){if(t){let e=Et(t.outputs.gsplat);a.push(e)}else throw Error(`Generator must be provided`)}else if(n){let e=Dt(n.outputs.covsplat);a.push(e)}else if(t){let e=Dt(nt(t.outputs.gsplat));a.push(e)}else throw Error(`Generator must be provided`)}else{if(this.covSplats){let r;if(n)r=n.outputs.covsplat;else if(t)r=nt(t.outputs.gsplat);else throw Error(`Generator must be provided`);let i=_r(vt(r).outputs.center,e.viewCenterUniform),o=vr(vt(r).outputs.opacity,We(`float`,.5));r=yt({covsplat:r,center:i,opacity:o});let s=Tt(r,We(`vec4`,[0,1,-12,9]));a.push(s)}else if(t){let n=_r(z(t.outputs.gsplat).outputs.center,e.viewCenterUniform),r=vr(z(t.outputs.gsplat).outputs.opacity,We(`float`,.5)),i=wt(rt({gsplat:t.outputs.gsplat,center:n,opacity:r}),We(`vec4`,[0,1,-12,9]));a.push(i)}else throw Error(`Generator must be provided`);if(!t)throw Error(`Generator must be provided`)}if(t){let n=Ot(t.outputs.gsplat,e.viewCenterUniform,e.viewDirUniform,e.sortRadialUniform);a.push(n)}if(n){let t=kt(n.outputs.covsplat,e.viewCenterUniform,e.viewDirUniform,e.sortRadialUniform);a.push(t)}}),inputs:{index:`_index`},outputs:{},template:this.extSplats?e.programExtTemplate:e.programTemplate}),e.generatorProgram.set(r,i)),Object.assign(i.uniforms,{targetLayer:{value:0},targetBase:{value:0},targetCount:{value:0}});let a=i.prepareMaterial();return e.fullScreenQuad.material=a,{program:i,material:a}}generate({generator:t,covGenerator:n,base:r,count:i,renderer:a}){if(!this.target)throw Error(`Target must be initialized with ensureGenerate`);if(r+i>this.maxSplats)throw Error(`Base + count exceeds maxSplats`);let{program:o,material:s}=this.prepareProgramMaterial(t,n);o.update();let c=this.saveRenderState(a),l=Math.ceil((r+i)/E)*E,u=E*D;for(s.uniforms.targetBase.value=r,s.uniforms.targetCount.value=i;r<l;){let t=Math.floor(r/u);s.uniforms.targetLayer.value=t;let n=t*u,i=Math.floor((r-n)/E),o=Math.min(D,Math.ceil((l-n)/E));this.target.scissor.set(0,i,E,o-i),a.setRenderTarget(this.target,t),a.xr.enabled=!1,a.autoClear=!1,e.fullScreenQuad.render(a),r+=E*(o-i)}return this.resetRenderState(a,c),{nextBase:l}}prepareGenerate({renderer:t,scene:n,timer:r,camera:i,sortRadial:a,renderSize:o,previous:s,lodInstances:c}){var l;this.viewToWorld.copy(i.matrixWorld),i.getWorldPosition(this.viewOrigin),i.getWorldDirection(this.viewDirection),e.viewCenterUniform.value.copy(this.viewOrigin),e.viewDirUniform.value.copy(this.viewDirection),e.sortRadialUniform.value=a,this.time=r.getElapsed(),this.deltaTime=r.getDelta();let u=[];n.traverse(e=>{e instanceof $r&&(!i.layers||i.layers.test(e.layers))&&u.push(e)});let d=new Set;n.traverseVisible(e=>{if(e instanceof Ur){let t=e.parent;for(;t!=null&&!(t instanceof Oa);)t=t.parent;t??d.add(e)}});let f=Array.from(d);for(let e of u)try{(l=e.frameUpdate)==null||l.call(e,{renderer:t,object:e,time:this.time,deltaTime:this.deltaTime,viewToWorld:this.viewToWorld,camera:i,renderSize:o,globalEdits:f,lodIndices:c&&e instanceof Oa?c.get(e):void 0})}catch(t){console.error(`frameUpdate error`,t),e.generator=void 0,e.covGenerator=void 0,e.generatorError=t}let p=[];n.traverseVisible(e=>{e instanceof $r&&(!i.layers||i.layers.test(e.layers))&&p.push(e)});let m=p.map(e=>e.numSplats),{maxSplats:h,mapping:g}=this.generateMapping(m),_=s.mapping.reduce((e,t)=>(e.set(t.node,t),e),new Map);this.mapping=[],this.numSplats=0,g.forEach(({base:e,count:t},n)=>{let r=p[n],i=_.get(r);i&&i.count!==r.numSplats&&r.updateMappingVersion();let{generator:a,covGenerator:o}=r;if((a||o)&&t>0){let{version:n,mappingVersion:i}=r;this.mapping.push({node:r,generator:a,covGenerator:o,version:n,mappingVersion:i,base:e,count:t}),this.numSplats=Math.max(this.numSplats,e+t)}});let{splatsUpdated:v,mappingUpdated:y}=s.checkVersions(this.mapping);return this.version=s.version+ +!!v,this.mappingVersion=s.mappingVersion+ +!!y,{sameMapping:!y,version:this.version,mappingVersion:this.mappingVersion,visibleGenerators:p,generate:()=>{this.ensureGenerate({maxSplats:h});for(let{node:e,base:n,count:r}of this.mapping){let{generator:i,covGenerator:a}=e;(i||a)&&r>0&&this.generate({generator:i,covGenerator:a,base:n,count:r,renderer:t})}},readback:async()=>{let e=this.getTextures();this.readbackSplats.length===0&&(this.readbackSplats=[new H({value:e[0],key:`extSplats`}),new H({value:e[1],key:`extSplats`})]),this.readbackSplats[0].value=e[0],this.readbackSplats[1].value=e[1],this.readback||=new Rr({renderer:t});let n=this.readback,r=this.extSplats?8:4,i=n.ensureBuffer(this.numSplats*r,new Uint32Array),a=P({index:`int`},{rgba8:`vec4`},({index:e})=>({rgba8:new N({inTypes:{index:`int`,extSplats1:`usampler2DArray`,extSplats2:`usampler2DArray`},outTypes:{rgba8:`vec4`},inputs:{index:e,extSplats1:this.readbackSplats[0],extSplats2:this.readbackSplats[1]},statements:({inputs:e,outputs:t})=>this.extSplats?F(`
                    int indexDiv8 = ${e.index} >> 3;
                    ivec3 coord = splatTexCoord(indexDiv8);
                    uvec4 packedData;
                    if ((${e.index} & 4) == 0) {
                      packedData = texelFetch(${e.extSplats1}, coord, 0);
                    } else {
                      packedData = texelFetch(${e.extSplats2}, coord, 0);
                    }

                    int indexMod4 = ${e.index} & 3;
                    uint data = (indexMod4 == 0) ? packedData.x
                      : (indexMod4 == 1) ? packedData.y
                      : (indexMod4 == 2) ? packedData.z
                      : packedData.w;
                    ${t.rgba8} = uintToVec4(data);
                  `):F(`
                  int indexDiv4 = ${e.index} >> 2;
                  ivec3 coord = splatTexCoord(indexDiv4);
                  uvec4 packedData = texelFetch(${e.extSplats1}, coord, 0);

                  int indexMod4 = ${e.index} & 3;
                  uint data = (indexMod4 == 0) ? packedData.x
                    : (indexMod4 == 1) ? packedData.y
                    : (indexMod4 == 2) ? packedData.z
                    : packedData.w;
                  ${t.rgba8} = uintToVec4(data);
                `)}).outputs.rgba8}));return await n.renderReadback({reader:a,count:this.numSplats*r,renderer:t,readback:i})}}}checkVersions(e){if(this.mapping.length!==e.length)return{splatsUpdated:!0,mappingUpdated:!0};let t=this.mapping.some((t,n)=>{let r=e[n];return t.node!==r.node||t.base!==r.base||t.count!==r.count||t.mappingVersion!==r.mappingVersion});return t?{splatsUpdated:!0,mappingUpdated:!0}:{splatsUpdated:this.mapping.some((t,n)=>t.version!==e[n].version),mappingUpdated:t}}};$.viewCenterUniform=new Bt({value:new _}),$.viewDirUniform=new Bt({value:new _}),$.sortRadialUniform=new Lt({value:!0}),$.emptyTexture=(()=>{let{width:e,height:t,depth:n,maxSplats:r}=Y(1),i=new Uint32Array(r*4),o=new a(i,e,t,n);return o.format=h,o.type=f,o.internalFormat=`RGBA32UI`,o.needsUpdate=!0,o})(),$.emptyTextures=[$.emptyTexture,$.emptyTexture],$.programExtTemplate=new ur(Ir().computeUvec4x2Vec4Template),$.programTemplate=new ur(Ir().computeUvec4Vec4Template),$.generatorProgram=new WeakMap,$.fullScreenQuad=new Oe(new re({visible:!1}));var Ma=$,Na=class extends Se{constructor(){super(),this.setAttribute(`position`,new b(Pa,3)),this.setIndex(new b(Fa,1))}},Pa=new Float32Array([-1,-1,0,1,-1,0,1,1,0,-1,1,0]),Fa=new Uint16Array([0,1,2,0,2,3]),Ia=class e extends se{constructor(t){if(!t)throw Error(`SparkRenderer options are required`);if(!t.renderer)throw Error(`renderer is required in SparkRenderer options`);let n=e.makeUniforms();Object.assign(n,t.extraUniforms??{});let r=Ir(),i=t.premultipliedAlpha??!0,a=new Na,o=new ue({glslVersion:te,vertexShader:t.vertexShader??r.splatVertex,fragmentShader:t.fragmentShader??r.splatFragment,uniforms:n,premultipliedAlpha:i,transparent:t.transparent??!0,depthTest:t.depthTest??!0,depthWrite:t.depthWrite??!1,side:2,allowOverride:!1});super(a,o),this.renderSize=new g,this.lastFrame=-1,this.updateTimeoutId=-1,this.orderingTexture=null,this.maxSplats=0,this.activeSplats=0,this.accumulators=[],this.sorting=!1,this.sortDirty=!1,this.lastSortTime=0,this.sortWorker=null,this.sortTimeoutId=-1,this.sortedCenter=new _().setScalar(-1/0),this.sortedDir=new _().setScalar(0),this.readback32=new Uint32Array,this.lastLodRaycastTime=0,this.lodWorker=null,this.lodMeshes=[],this.lodDirty=!1,this.lodIds=new Map,this.lodIdToSplats=new Map,this.lodInitQueue=[],this.lodInstances=new Map,this.lodUpdates=[],this.lastTraverseTime=0,this.pagerId=0,this.superXY=1,this.flushAfterGenerate=!1,this.flushAfterRead=!1,this.readPause=1,this.sortPause=0,this.sortDelay=0,this.pageSizeWarning=!1,this.material=o,this.uniforms=n,this.frustumCulled=!1,this.renderer=t.renderer,this.onDirty=t.onDirty,this.dirty=!0,this.autoUpdate=t.autoUpdate??!0,this.preUpdate=t.preUpdate??!0,this.maxStdDev=t.maxStdDev??Math.sqrt(8),this.minPixelRadius=t.minPixelRadius??0,this.maxPixelRadius=t.maxPixelRadius??512,this.accumExtSplats=t.accumExtSplats??!1,this.covSplats=t.covSplats??!1,this.minAlpha=t.minAlpha??1/255*.5,this.enable2DGS=t.enable2DGS??!1,this.preBlurAmount=t.preBlurAmount??0,this.blurAmount=t.blurAmount??.3,this.focalDistance=t.focalDistance??0,this.apertureAngle=t.apertureAngle??0,this.falloff=t.falloff??1,this.clipXY=t.clipXY??1.4,this.focalAdjustment=t.focalAdjustment??1,this.sortRadial=t.sortRadial??!0,this.minSortIntervalMs=t.minSortIntervalMs??0,this.enableLod=t.enableLod??!0,this.enableDriveLod=t.enableDriveLod??this.enableLod,this.enableLodFetching=t.enableLodFetching??!0,this.lodSplatCount=t.lodSplatCount,this.lodSplatScale=t.lodSplatScale??1,this.lodRenderScale=t.lodRenderScale??1,this.lodInflate=t.lodInflate??!1,this.lodTraverseMode=t.lodTraverseMode??`standard`,this.pagedExtSplats=t.pagedExtSplats??!1;let c=Yn()?Qn()?96:128:256;this.maxPagedSplats=t.maxPagedSplats??c*65536,this.numLodFetchers=t.numLodFetchers??3,this.behindFoveate=t.behindFoveate??.2,this.coneFov0=t.coneFov0??90,this.coneFov=t.coneFov??120,this.coneFoveate=t.coneFoveate??.4,this.lodRaycast=t.lodRaycast===void 0?Yn()?1e4:25e3:t.lodRaycast,this.lodRaycastIntervalMs=t.lodRaycastIntervalMs??500,this.timer=t.timer??new Ce,this.ownsTimer=!!t.timer;let l={extSplats:this.accumExtSplats,covSplats:this.covSplats};this.display=new Ma(l),this.current=this.display,this.accumulators.push(new Ma(l)),this.accumulators.push(new Ma(l));let d=this.renderer.getContext().getExtension(`WEBGL_provoking_vertex`);if(d&&d.provokingVertexWEBGL(d.FIRST_VERTEX_CONVENTION_WEBGL),t.target){let{width:e,height:n,doubleBuffer:r,superXY:i,...a}=t.target,o=Math.max(1,Math.min(4,i??1));if(e*o>8192||n*o>8192)throw Error(`Target size too large`);this.superXY=o;let c=e*o,l=n*o,d={format:fe,type:u,colorSpace:w,...a};this.target=new s(c,l,d),r&&(this.backTarget=new s(c,l,d))}}static makeUniforms(){return{renderSize:{value:new g},near:{value:.1},far:{value:1e3},renderToViewQuat:{value:new o},renderToViewPos:{value:new _},renderToViewBasis:{value:new r},renderToViewOffset:{value:new _},maxStdDev:{value:1},minPixelRadius:{value:0},maxPixelRadius:{value:512},minAlpha:{value:1/255*.5},enable2DGS:{value:!1},lodInflate:{value:!1},preBlurAmount:{value:0},blurAmount:{value:.3},focalDistance:{value:0},apertureAngle:{value:0},falloff:{value:1},clipXY:{value:1.4},focalAdjustment:{value:1},encodeLinear:{value:!1},ordering:{type:`t`,value:e.emptyOrdering},enableExtSplats:{value:!1},enableCovSplats:{value:!1},extSplats:{type:`t`,value:Ma.emptyTexture},extSplats2:{type:`t`,value:Ma.emptyTexture},time:{value:0},deltaTime:{value:0},debugFlag:{value:!1}}}dispose(){var e;(e=super.dispose)==null||e.call(this),this.target&&=(this.target.dispose(),void 0),this.backTarget&&=(this.backTarget.dispose(),void 0),this.orderingTexture&&=(this.orderingTexture.dispose(),null);let t=new Set;t.add(this.display),t.add(this.current);for(let e of this.accumulators)t.add(e);for(let e of t)e.dispose();let n=this.lodInstances.values();this.lodInstances.clear();for(let e of n)e.texture.dispose();this.sortWorker&&=(this.sortWorker.dispose(),null),this.lodWorker&&=(this.lodWorker.dispose(),null),this.pager&&=(this.pager.dispose(),void 0)}setDirty(){var e;this.dirty||(this.dirty=!0,(e=this.onDirty)==null||e.call(this))}onBeforeRender(t,n,r){let i=e.sparkOverride??this,a=t.info.render.frame,o=a!==i.lastFrame;if(i.lastFrame=a,i.autoUpdate&&o){let e=i.preUpdate&&!t.xr.isPresenting,a=t.xr.isPresenting?t.xr.getCamera():r;e?i.updateInternal({scene:n,camera:a,autoUpdate:!0}):i.updateTimeoutId===-1&&(i.updateTimeoutId=setTimeout(()=>{i.updateTimeoutId=-1,i.updateInternal({scene:n,camera:a,autoUpdate:!0})},1))}let s=t.getRenderTarget(),c=Ra(s);if(s){if(i.renderSize.set(s.width,s.height),c&&i.renderSize.x===1&&i.renderSize.y===1){let e=t.xr.getSession()?.renderState.baseLayer;e&&(i.renderSize.x=e.framebufferWidth,i.renderSize.y=e.framebufferHeight)}}else t.getDrawingBufferSize(i.renderSize);this.uniforms.renderSize.value.copy(i.renderSize);let l=r;this.uniforms.near.value=l.near,this.uniforms.far.value=l.far;let u=this.geometry;u.instanceCount=i.activeSplats;let f=new d;this.display.extSplats||f.makeTranslation(i.display.viewOrigin);let p=r.matrixWorld.clone().invert().multiply(f);p.decompose(this.uniforms.renderToViewPos.value,this.uniforms.renderToViewQuat.value,new _),this.uniforms.renderToViewBasis.value.setFromMatrix4(p),this.uniforms.maxStdDev.value=i.maxStdDev,this.uniforms.minPixelRadius.value=i.minPixelRadius,this.uniforms.maxPixelRadius.value=i.maxPixelRadius,this.uniforms.minAlpha.value=i.minAlpha,this.uniforms.enable2DGS.value=i.enable2DGS,this.uniforms.lodInflate.value=i.lodInflate,this.uniforms.preBlurAmount.value=i.preBlurAmount,this.uniforms.blurAmount.value=i.blurAmount,this.uniforms.focalDistance.value=i.focalDistance,this.uniforms.apertureAngle.value=i.apertureAngle,this.uniforms.falloff.value=i.falloff,this.uniforms.clipXY.value=i.clipXY,this.uniforms.focalAdjustment.value=i.focalAdjustment;let m=s===null?t.outputColorSpace:c?s.texture.colorSpace:me.workingColorSpace;if(this.uniforms.encodeLinear.value=m!==w,this.uniforms.ordering.value=i.orderingTexture??e.emptyOrdering,this.uniforms.enableExtSplats.value=this.display.extSplats,this.uniforms.enableCovSplats.value=this.display.covSplats,this.display.extSplats){let e=i.display.getTextures();this.uniforms.extSplats.value=e[0],this.uniforms.extSplats2.value=e[1]}else{let e=i.display.getTextures();this.uniforms.extSplats.value=e[0],this.uniforms.extSplats2.value=e[0]}this.uniforms.time.value=i.display.time,this.uniforms.deltaTime.value=i.display.deltaTime,this.uniforms.debugFlag.value=performance.now()/1e3%2<1,i.dirty=!1}clearSplats(){this.activeSplats=0,this.display.numSplats=0,this.setDirty()}async update({scene:e,camera:t}){await this.updateInternal({scene:e,camera:t,autoUpdate:!1})}async updateInternal({scene:e,camera:t,autoUpdate:n}){let r=this.renderer;this.ownsTimer&&this.timer.update();let i=t.getWorldPosition(new _),a=t.getWorldDirection(new _),o=i.distanceTo(this.sortedCenter)>.001||a.dot(this.sortedDir)<.999,s=this.accumulators.pop();if(!s)throw Error(`No next accumulator`);if(s===this.current)throw Error(`Next accumulator is the same as the current accumulator`);let{version:c,mappingVersion:l,visibleGenerators:u,generate:d}=s.prepareGenerate({renderer:r,scene:e,timer:this.timer,camera:t,sortRadial:this.sortRadial??!0,renderSize:this.renderSize,previous:this.current,lodInstances:this.enableLod?this.lodInstances:void 0}),f=!0,p=o||c!==this.current.version,m=l!==this.display.mappingVersion;n&&!p&&(f=!1),m&&this.sorting&&(f=!1),f?(d(),this.flushAfterGenerate&&r.getContext().flush(),this.display.mappingVersion===s.mappingVersion?(this.accumulators.push(this.display),this.display=s):this.display!==this.current&&this.accumulators.push(this.current),this.current=s,this.sortDirty=!0,this.setDirty()):this.accumulators.push(s),this.enableDriveLod&&this.driveLod({visibleGenerators:u,camera:t,scene:e}),await this.driveSort()}async driveSort(){if(this.sorting||!this.sortDirty)return;this.sortTimeoutId!==-1&&(clearTimeout(this.sortTimeoutId),this.sortTimeoutId=-1);let e=performance.now(),t=this.lastSortTime?this.lastSortTime+this.minSortIntervalMs:e;if(e<t){this.sortTimeoutId=setTimeout(()=>{this.sortTimeoutId=-1,this.driveSort()},t-e);return}this.sorting=!0,this.sortDirty=!1,this.lastSortTime=e,this.readPause>0&&await new Promise(e=>setTimeout(e,this.readPause));let n=this.current;this.sortedCenter.copy(n.viewOrigin),this.sortedDir.copy(n.viewDirection);let{numSplats:r,maxSplats:i}=n,a=Math.max(1,Math.ceil(i/16384)),o=a*16384;this.maxSplats=Math.max(this.maxSplats,o);let s=new Uint32Array(this.maxSplats),c=Rr.ensureBuffer(i,this.readback32);this.readback32=c,await this.readbackDepth({current:n,renderer:this.renderer,numSplats:r,readback:c}),this.sortPause>0&&await new Promise(e=>setTimeout(e,this.sortPause)),this.sortWorker||=new Ji;let l=await this.sortWorker.call(`sortSplats32`,{numSplats:r,readback:c,ordering:s});if(this.sortDelay>0&&await new Promise(e=>setTimeout(e,this.sortDelay)),this.readback32=l.readback,this.activeSplats=l.activeSplats,this.orderingTexture&&a>this.orderingTexture.image.height&&(this.orderingTexture.dispose(),this.orderingTexture=null),this.orderingTexture){let e=this.renderer;e.properties.has(this.orderingTexture)?cr(e,this.orderingTexture,4096,a,l.ordering):this.orderingTexture.needsUpdate=!0}else{let e=new S(l.ordering,4096,a,h,f);e.internalFormat=`RGBA32UI`,e.needsUpdate=!0,this.orderingTexture=e}this.current.mappingVersion===n.mappingVersion&&this.current.mappingVersion!==this.display.mappingVersion&&(this.accumulators.push(this.display),this.display=this.current),this.sorting=!1,this.setDirty(),this.driveSort()}ensureLodWorker(){return this.lodWorker||=new Ji,this.lodWorker}defaultSplatTarget(){return Zn()?5e5:$n()?75e4:Xn()?1e6:Qn()?15e5:25e5}driveLod({visibleGenerators:e,camera:t,scene:n}){let r=this.defaultSplatTarget(),i=(this.lodSplatCount??r)*this.lodSplatScale,a=0;if(t instanceof T)a=2*Math.tan(.5*t.fov*Math.PI/180)/this.renderSize.y;else if(t instanceof oe){let e=(t.top-t.bottom)/t.zoom,n=(t.right-t.left)/t.zoom,r=e/Math.max(1,this.renderSize.y),i=n/Math.max(1,this.renderSize.x);a=Math.min(i,r)}a*=this.lodRenderScale;let s=new _,c=new o;if(this.current.viewToWorld.decompose(s,c,new _),this.lodPosOverride&&s.copy(this.lodPosOverride),this.lodQuatOverride&&c.copy(this.lodQuatOverride).normalize(),this.lastLod){(this.lastLod.pixelScaleLimit!==a||this.lastLod.maxSplats!==i)&&(this.lodDirty=!0);let e=s.distanceTo(this.lastLod.pos),t=Math.max(0,1-e/1),n=c.dot(this.lastLod.quat);t*Math.max(0,1-(1-n)/.01)<.999&&(this.lodDirty=!0)}let l=this.enableLod?e.filter(e=>e instanceof Oa&&(e.packedSplats?.lodSplats||e.extSplats?.lodSplats||e.paged)&&e.enableLod!==!1):[],u=l.some(e=>e.paged);this.lodMeshes.length===l.length?l.some((e,t)=>e!==this.lodMeshes[t].mesh||e.version>this.lodMeshes[t].version)&&(this.lodDirty=!0):this.lodDirty=!0,this.lodMeshes=l.map(e=>({mesh:e,version:e.version+1})),this.lodInitQueue=[];let d=performance.now();for(let e of l){let t=e.packedSplats?.lodSplats??e.extSplats?.lodSplats??e.paged;if(t){let e=this.lodIds.get(t);e?e.lastTouched=d:this.lodInitQueue.push(t)}}this.ensureLodWorker().tryExclusive(async e=>{if(u&&!this.pager){this.pager=new Sa({renderer:this.renderer,extSplats:this.pagedExtSplats,maxSplats:this.maxPagedSplats,numFetchers:this.numLodFetchers});let{lodId:t}=await e.call(`newLodTree`,{capacity:this.pager.maxSplats});this.pagerId=t}if(this.pager)for(let{mesh:e}of this.lodMeshes)e.paged&&!e.paged.pager&&(e.paged.pager=this.pager);if(this.lodInitQueue.length>0){let t=this.lodInitQueue;for(this.lodInitQueue=[];t.length>0;){let n=t.shift();n&&(await this.initLodTree(e,n),this.lodDirty=!0)}}if(this.pager){let e=this.pager.consumeLodTreeUpdates();for(let{splats:t,page:n,chunk:r,numSplats:i,lodTree:a}of e){let e=this.lodIds.get(t);e&&(a&&r===0&&(e.rootPage=n),this.lodUpdates.push({lodId:e.lodId,pageBase:n*this.pager.pageSplats,chunkBase:r*this.pager.pageSplats,count:i,lodTreeData:a}))}}if(this.lodUpdates.length>0){let t=this.lodUpdates;this.lodUpdates=[],await e.call(`updateLodTrees`,{ranges:t}),this.lodDirty=!0}if(this.lodDirty){let t=performance.now(),n=new _;if(this.lastLod){let e=Math.max(1,t-this.lastLod.timestamp);n.copy(s).sub(this.lastLod.pos).multiplyScalar(this.lastTraverseTime/e)}this.lastLod={pos:s,quat:c,pixelScaleLimit:a,maxSplats:i,timestamp:t},this.lodDirty=!1,await this.updateLodInstances(e,n,l,i,s,c,a),this.currentLod=this.lastLod,this.setDirty()}await this.cleanupLodTrees(e)})}async initLodTree(e,t){if(t instanceof Zi||t instanceof ua){let{lodId:n}=await e.call(`initLodTree`,{numSplats:t.numSplats??0,lodTree:t.extra.lodTree.slice()});this.lodIds.set(t,{lodId:n,lastTouched:performance.now()}),this.lodIdToSplats.set(n,t)}else{let{lodId:n}=await e.call(`newSharedLodTree`,{lodId:this.pagerId});this.lodIds.set(t,{lodId:n,lastTouched:performance.now()}),this.lodIdToSplats.set(n,t)}}async updateLodInstances(e,t,n,r,i,a,o){let s=new Map,c=new d().compose(i,a,new _().setScalar(1)),l=n.reduce((e,t)=>{s.set(t.uuid,t);let n=t.matrixWorld.clone().invert().multiply(c),r=t.packedSplats?.lodSplats??t.extSplats?.lodSplats??t.paged;if(!r)return e;let i=this.lodIds.get(r);return!i||this.pager&&t.paged&&i.rootPage===void 0||(e[t.uuid]={instanceId:t.uuid,lodId:i.lodId,rootPage:i.rootPage,viewToObjectCols:n.elements,lodScale:t.lodScale,behindFoveate:t.behindFoveate??this.behindFoveate,coneFov0:t.coneFov0??this.coneFov0,coneFov:t.coneFov??this.coneFov,coneFoveate:t.coneFoveate??this.coneFoveate}),e},{}),u=performance.now(),f=await e.call(`traverseLodTrees`,{maxSplats:r,pixelScaleLimit:o,lastPixelLimit:this.lastPixelLimit,instances:l,traverseMode:this.lodTraverseMode});this.lastTraverseTime=performance.now()-u;let{keyIndices:p,chunks:m,pixelLimit:h}=f;this.lastPixelLimit=h;let g=Object.values(p).reduce((e,{numSplats:t})=>e+t,0);if(this.updateLodIndices(s,p),this.pager){this.pager.processUploads();let e=n.map(e=>{if(!e.paged||!this.pager)return null;let t=e.getWorldPosition(new _);return{splats:e.paged,distance:t.distanceTo(i)}}).filter(e=>e!==null);!this.pageSizeWarning&&e.length>this.pager.maxPages&&(this.pageSizeWarning=!0,console.warn(`# paged SplatMeshes exceeds maxPages: ${e.length} > ${this.pager.maxPages}`)),e.sort((e,t)=>e.distance-t.distance),this.pager.fetchPriority=e.map(({splats:e})=>({splats:e,chunk:0}));for(let[e,t]of m){let n=this.lodIdToSplats.get(e);n instanceof xa&&t!==0&&this.pager.fetchPriority.push({splats:n,chunk:t})}this.pager.autoDrive=this.enableLodFetching,this.enableLodFetching&&this.pager.driveFetchers()}if(this.lodRaycast&&performance.now()-this.lastLodRaycastTime>=this.lodRaycastIntervalMs){this.lastLodRaycastTime=performance.now();let t=performance.now(),n=await e.call(`traverseLodTrees`,{maxSplats:Math.min(this.lodRaycast,Math.round(g*.1)),pixelScaleLimit:o,instances:l,traverseMode:this.lodTraverseMode});performance.now()-t;let{keyIndices:r}=n;Object.values(r).reduce((e,{numSplats:t})=>e+t,0);for(let[e,t]of Object.entries(r)){let n=s.get(e);n.raycastIndices=t}}}async cleanupLodTrees(e){var t;let n=performance.now(),r=null;for(let[e,t]of this.lodIds.entries())(r==null||t.lastTouched<r.lastTouched)&&(r={splats:e,lastTouched:t.lastTouched,lodId:t.lodId});if(!(!r||r.lastTouched>n-3e3)){this.lodIds.delete(r.splats),this.lodIdToSplats.delete(r.lodId);for(let[e,t]of this.lodInstances.entries())t.lodId===r.lodId&&(t.texture.dispose(),this.lodInstances.delete(e));r.splats instanceof xa&&((t=this.pager)==null||t.removeSplats(r.splats)),await e.call(`disposeLodTree`,{lodId:r.lodId})}}updateLodIndices(e,t){for(let[n,r]of Object.entries(t)){let{lodId:t,numSplats:i,indices:a}=r,o=e.get(n);if(o.paged)o.paged.update(i,a);else{let e=this.lodInstances.get(o);e&&a.length>e.indices.length&&(e.texture.dispose(),e=void 0);let n=Math.ceil(a.length/16384);if(e){e.numSplats=i;let t=this.renderer;t.properties.has(e.texture)&&cr(t,e.texture,4096,n,a)}else{let r=n*16384;if(a.length!==r)throw Error(`Indices length != capacity`);let s=new S(a,4096,n,h,f);s.internalFormat=`RGBA32UI`,s.needsUpdate=!0,e={lodId:t,numSplats:i,indices:a,texture:s},this.lodInstances.set(o,e)}}o.updateMappingVersion()}}async readbackDepth({current:e,renderer:t,numSplats:n,readback:r}){if(!t)throw Error(`No renderer`);if(!e.target)throw Error(`No target`);let i=Math.ceil(n/E)*E;if(r.byteLength<i*4)throw Error(`Readback buffer too small: ${r.byteLength} < ${i*4}`);let a=new Uint8Array(r.buffer),o=this.saveRenderState(t),s=E*D,c=0,l=[];for(;c<n;){let r=Math.floor(c/s),i=r*s,o=Math.min(D,Math.ceil((n-i)/E)),u=E*o*4,d=a.subarray(i*4,i*4+u);t.setRenderTarget(e.target,r);let f=t.readRenderTargetPixelsAsync(e.target,0,0,E,o,d,void 0,e.extSplats?2:1);l.push(f),this.flushAfterRead&&t.getContext().flush(),c+=E*o}return this.resetRenderState(t,o),Promise.all(l).then(()=>r)}saveRenderState(e){return{target:e.getRenderTarget(),xrEnabled:e.xr.enabled,autoClear:e.autoClear}}resetRenderState(e,t){e.setRenderTarget(t.target),e.xr.enabled=t.xrEnabled,e.autoClear=t.autoClear}render(t,n){try{e.sparkOverride=this,this.renderer.render(t,n)}finally{e.sparkOverride=void 0}}renderTarget({scene:t,camera:n}){let r=this.backTarget??this.target;if(!r)throw Error(`No target`);let i=this.renderer.getRenderTarget();try{this.renderer.setRenderTarget(r),e.sparkOverride=this,this.renderer.render(t,n)}finally{e.sparkOverride=void 0,this.renderer.setRenderTarget(i)}return r!==this.target&&([this.target,this.backTarget]=[this.backTarget,this.target]),r}async readTarget(){if(!this.target)throw Error(`Must initialize with target`);let{width:e,height:t}=this.target,n=e*t*4;(!this.superPixels||this.superPixels.length<n)&&(this.superPixels=new Uint8Array(n));let r=this.superPixels;await this.renderer.readRenderTargetPixelsAsync(this.target,0,0,e,t,r);let{superXY:i}=this;if(i===1)return r;let a=e/i,o=t/i,s=a*o*4;(!this.targetPixels||this.targetPixels.length<s)&&(this.targetPixels=new Uint8Array(s));let c=this.targetPixels,l=i*i;for(let t=0;t<o;t++){let n=t*a;for(let o=0;o<a;o++){let a=o*i,s=0,u=0,d=0,f=0;for(let n=0;n<i;n++){let o=(t*i+n)*e;for(let e=0;e<i;e++){let t=(o+a+e)*4;s+=r[t],u+=r[t+1],d+=r[t+2],f+=r[t+3]}}let p=(n+o)*4;c[p]=s/l,c[p+1]=u/l,c[p+2]=d/l,c[p+3]=f/l}}return c}async renderReadTarget({scene:e,camera:t}){return this.renderTarget({scene:e,camera:t}),this.readTarget()}async renderCubeMap({scene:t,worldCenter:n,size:r=256,near:i=.1,far:a=1e3,hideObjects:o=[],update:s=!0,filter:c=!1}){if(!e.cubeRender||e.cubeRender.target.width!==r||e.cubeRender.near!==i||e.cubeRender.far!==a){e.cubeRender&&e.cubeRender.target.dispose();let t=new le(r,{format:fe,type:u,generateMipmaps:c,minFilter:c?ie:ce,magFilter:ce,colorSpace:c?v:w}),n=new y(i,a,t);e.cubeRender={target:t,cubeCamera:n,near:i,far:a}}let{target:l,cubeCamera:d}=e.cubeRender;d.position.copy(n);let f=new Map;for(let e of o)f.set(e,e.visible),e.visible=!1;if(s){let e=new ee;e.position.copy(n),await this.update({scene:t,camera:e})}try{e.sparkOverride=this,d.update(this.renderer,t)}finally{e.sparkOverride=void 0}for(let[e,t]of f.entries())e.visible=t;return l.texture}async readCubeTargets(){if(!e.cubeRender)throw Error(`No cube render`);let t=e.cubeRender.target.texture,n=[],r=[];for(let i=0;i<t.images.length;++i){let{width:a,height:o}=t.images[i],s=a*o*4,c=new Uint8Array(s);r.push(c);let l=this.renderer.readRenderTargetPixelsAsync(e.cubeRender.target,0,0,a,o,c,i);n.push(l)}return await Promise.all(n),r}async renderEnvMap({scene:t,worldCenter:n,size:r=256,near:i=.1,far:a=1e3,hideObjects:o=[],update:s=!0}){let c=await this.renderCubeMap({scene:t,worldCenter:n,size:r,near:i,far:a,hideObjects:o,update:s,filter:!0});return e.pmrem||=new ae(this.renderer),e.pmrem?.fromCubemap(c).texture}recurseSetEnvMap(e,t){e.traverse(e=>{if(e instanceof se){if(Array.isArray(e.material))for(let n of e.material)n instanceof be&&(n.envMap=t);else e.material instanceof be&&(e.material.envMap=t)}})}async getLodTreeLevel(e,t,n=!1){let r=this.lodInstances.get(e);if(!r)return null;let i=await this.ensureLodWorker().exclusive(async e=>await e.call(`getLodTreeLevel`,{lodId:r.lodId,level:t}));if(e.packedSplats?.lodSplats)return new Oa({packedSplats:e.packedSplats.lodSplats.extractSplats(i.indices,n)});if(e.extSplats?.lodSplats)return new Oa({extSplats:e.extSplats.lodSplats.extractSplats(i.indices,n)});throw Error(`Only LoD-enabled PackedSplats and ExtSplats are supported`)}get premultipliedAlpha(){return this.material.premultipliedAlpha}set premultipliedAlpha(e){this.material.premultipliedAlpha!==e&&(this.material.premultipliedAlpha=e,this.material.needsUpdate=!0)}};Ia.emptyOrdering=(()=>{let e=new S(new Uint32Array(16384),4096,1);return e.format=h,e.type=f,e.internalFormat=`RGBA32UI`,e.needsUpdate=!0,e})(),Ia.cubeRender=null,Ia.pmrem=null;var La=Ia;function Ra(e){return e?.isXRRenderTarget}new _(1,1,1),new o,new _,new o,new d,I(`
  struct GsplatSkinning {
    int numSplats;
    int numBones;
    usampler2DArray skinTexture;
    sampler2D boneTexture;
  };
`),I(`
  void applyGsplatSkinning(
    int numSplats, int numBones,
    usampler2DArray skinTexture, sampler2D boneTexture,
    int splatIndex, inout vec3 center, inout vec4 quaternion
  ) {
    if ((splatIndex < 0) || (splatIndex >= numSplats)) {
      return;
    }

    uvec4 skinData = texelFetch(skinTexture, splatTexCoord(splatIndex), 0);

    float weights[4];
    weights[0] = float(skinData.x & 0xffu) / 255.0;
    weights[1] = float(skinData.y & 0xffu) / 255.0;
    weights[2] = float(skinData.z & 0xffu) / 255.0;
    weights[3] = float(skinData.w & 0xffu) / 255.0;

    uint boneIndices[4];
    boneIndices[0] = (skinData.x >> 8u) & 0xffu;
    boneIndices[1] = (skinData.y >> 8u) & 0xffu;
    boneIndices[2] = (skinData.z >> 8u) & 0xffu;
    boneIndices[3] = (skinData.w >> 8u) & 0xffu;

    vec4 quat = vec4(0.0);
    vec4 dual = vec4(0.0);
    for (int i = 0; i < 4; i++) {
      if (weights[i] > 0.0) {
        int boneIndex = int(boneIndices[i]);
        vec4 boneQuat = vec4(0.0, 0.0, 0.0, 1.0);
        vec4 boneDual = vec4(0.0);
        if (boneIndex < numBones) {
          boneQuat = texelFetch(boneTexture, ivec2(0, boneIndex), 0);
          boneDual = texelFetch(boneTexture, ivec2(1, boneIndex), 0);
        }

        if ((i > 0) && (dot(quat, boneQuat) < 0.0)) {
          // Flip sign if next blend is pointing in the opposite direction
          boneQuat = -boneQuat;
          boneDual = -boneDual;
        }
        quat += weights[i] * boneQuat;
        dual += weights[i] * boneDual;
      }
    }

    // Normalize dual quaternion
    float norm = length(quat);
    quat /= norm;
    dual /= norm;
    vec3 translate = vec3(
      2.0 * (-dual.w * quat.x + dual.x * quat.w - dual.y * quat.z + dual.z * quat.y),
      2.0 * (-dual.w * quat.y + dual.x * quat.z + dual.y * quat.w - dual.z * quat.x),
      2.0 * (-dual.w * quat.z - dual.x * quat.y + dual.y * quat.x + dual.z * quat.w)
    );

    center = quatVec(quat, center) + translate;
    quaternion = quatQuat(quat, quaternion);
  }
`),I(`
  void applyCovSplatDQSkinning(
    int numSplats, int numBones,
    usampler2DArray skinTexture, sampler2D boneTexture,
    int splatIndex, inout vec3 center, inout vec3 xxyyzz, inout vec3 xyxzyz
  ) {
    if ((splatIndex < 0) || (splatIndex >= numSplats)) {
      return;
    }

    uvec4 skinData = texelFetch(skinTexture, splatTexCoord(splatIndex), 0);

    float weights[4];
    weights[0] = float(skinData.x & 0xffu) / 255.0;
    weights[1] = float(skinData.y & 0xffu) / 255.0;
    weights[2] = float(skinData.z & 0xffu) / 255.0;
    weights[3] = float(skinData.w & 0xffu) / 255.0;

    uint boneIndices[4];
    boneIndices[0] = (skinData.x >> 8u) & 0xffu;
    boneIndices[1] = (skinData.y >> 8u) & 0xffu;
    boneIndices[2] = (skinData.z >> 8u) & 0xffu;
    boneIndices[3] = (skinData.w >> 8u) & 0xffu;

    vec4 quat = vec4(0.0);
    vec4 dual = vec4(0.0);
    for (int i = 0; i < 4; i++) {
      if (weights[i] > 0.0) {
        int boneIndex = int(boneIndices[i]);
        vec4 boneQuat = vec4(0.0, 0.0, 0.0, 1.0);
        vec4 boneDual = vec4(0.0);
        if (boneIndex < numBones) {
          boneQuat = texelFetch(boneTexture, ivec2(0, boneIndex), 0);
          boneDual = texelFetch(boneTexture, ivec2(1, boneIndex), 0);
        }

        if ((i > 0) && (dot(quat, boneQuat) < 0.0)) {
          // Flip sign if next blend is pointing in the opposite direction
          boneQuat = -boneQuat;
          boneDual = -boneDual;
        }
        quat += weights[i] * boneQuat;
        dual += weights[i] * boneDual;
      }
    }

    // Normalize dual quaternion
    float norm = length(quat);
    quat /= norm;
    dual /= norm;
    vec3 translate = vec3(
      2.0 * (-dual.w * quat.x + dual.x * quat.w - dual.y * quat.z + dual.z * quat.y),
      2.0 * (-dual.w * quat.y + dual.x * quat.z + dual.y * quat.w - dual.z * quat.x),
      2.0 * (-dual.w * quat.z - dual.x * quat.y + dual.y * quat.x + dual.z * quat.w)
    );
    mat3 basis = quaternionToMatrix(quat);

    center = quatVec(quat, center) + translate;

    mat3 cov = mat3(xxyyzz.x, xyxzyz.x, xyxzyz.y, xyxzyz.x, xxyyzz.y, xyxzyz.z, xyxzyz.y, xyxzyz.z, xxyyzz.z);
    cov = basis * cov * transpose(basis);
    xxyyzz = vec3(cov[0][0], cov[1][1], cov[2][2]);
    xyxzyz = vec3(cov[0][1], cov[0][2], cov[1][2]);
  }
`),I(`
  void applyCovSplatLBSkinning(
    int numSplats, int numBones,
    usampler2DArray skinTexture, sampler2D boneTexture,
    int splatIndex, inout vec3 center, inout vec3 xxyyzz, inout vec3 xyxzyz
  ) {
    if ((splatIndex < 0) || (splatIndex >= numSplats)) {
      return;
    }

    uvec4 skinData = texelFetch(skinTexture, splatTexCoord(splatIndex), 0);

    float weights[4];
    weights[0] = float(skinData.x & 0xffu) / 255.0;
    weights[1] = float(skinData.y & 0xffu) / 255.0;
    weights[2] = float(skinData.z & 0xffu) / 255.0;
    weights[3] = float(skinData.w & 0xffu) / 255.0;

    uint boneIndices[4];
    boneIndices[0] = (skinData.x >> 8u) & 0xffu;
    boneIndices[1] = (skinData.y >> 8u) & 0xffu;
    boneIndices[2] = (skinData.z >> 8u) & 0xffu;
    boneIndices[3] = (skinData.w >> 8u) & 0xffu;

    mat3 basis = mat3(0.0);
    vec3 offset = vec3(0.0);

    for (int i = 0; i < 4; i++) {
      if (weights[i] > 0.0) {
        int boneIndex = int(boneIndices[i]);
        if (boneIndex < numBones) {
          vec4 v0 = texelFetch(boneTexture, ivec2(0, boneIndex), 0);
          vec4 v1 = texelFetch(boneTexture, ivec2(1, boneIndex), 0);
          vec4 v2 = texelFetch(boneTexture, ivec2(2, boneIndex), 0);
          basis += weights[i] * mat3(v0.x, v0.y, v0.z, v0.w, v1.x, v1.y, v1.z, v1.w, v2.x);
          offset += weights[i] * vec3(v2.y, v2.z, v2.w);
        }
      }
    }

    center = basis * center + offset;

    mat3 cov = mat3(xxyyzz.x, xyxzyz.x, xyxzyz.y, xyxzyz.x, xxyyzz.y, xyxzyz.z, xyxzyz.y, xyxzyz.z, xxyyzz.z);
    cov = basis * cov * transpose(basis);
    xxyyzz = vec3(cov[0][0], cov[1][1], cov[2][2]);
    xyxzyz = vec3(cov[0][1], cov[0][2], cov[1][2]);
  }
`),new p(new _(-1,-1,-1),new _(1,1,1)),new _(-1,-3,1).normalize(),new C(1,1,1),new C(.5,.5,1),new _(1,1,1),new p(new _(-2,-1,-2),new _(2,5,2)),new _(0,-1,0),new C(1,1,1),new C(.25,.25,.5),new _(.1,1,.1);var za=(e=>(e.w=`wrist`,e.t0=`thumb-metacarpal`,e.t1=`thumb-phalanx-proximal`,e.t2=`thumb-phalanx-distal`,e.t3=`thumb-tip`,e.i0=`index-finger-metacarpal`,e.i1=`index-finger-phalanx-proximal`,e.i2=`index-finger-phalanx-intermediate`,e.i3=`index-finger-phalanx-distal`,e.i4=`index-finger-tip`,e.m0=`middle-finger-metacarpal`,e.m1=`middle-finger-phalanx-proximal`,e.m2=`middle-finger-phalanx-intermediate`,e.m3=`middle-finger-phalanx-distal`,e.m4=`middle-finger-tip`,e.r0=`ring-finger-metacarpal`,e.r1=`ring-finger-phalanx-proximal`,e.r2=`ring-finger-phalanx-intermediate`,e.r3=`ring-finger-phalanx-distal`,e.r4=`ring-finger-tip`,e.p0=`pinky-finger-metacarpal`,e.p1=`pinky-finger-phalanx-proximal`,e.p2=`pinky-finger-phalanx-intermediate`,e.p3=`pinky-finger-phalanx-distal`,e.p4=`pinky-finger-tip`,e))(za||{});Object.keys(za).length;var Ba=(e=>(e.left=`left`,e.right=`right`,e))(Ba||{});Object.keys(Ba),new l(0,0,0,`YXZ`),new o,new o;var Va=(e=>(e.w=`wrist`,e.t0=`thumb-metacarpal`,e.t1=`thumb-phalanx-proximal`,e.t2=`thumb-phalanx-distal`,e.t3=`thumb-tip`,e.i0=`index-finger-metacarpal`,e.i1=`index-finger-phalanx-proximal`,e.i2=`index-finger-phalanx-intermediate`,e.i3=`index-finger-phalanx-distal`,e.i4=`index-finger-tip`,e.m0=`middle-finger-metacarpal`,e.m1=`middle-finger-phalanx-proximal`,e.m2=`middle-finger-phalanx-intermediate`,e.m3=`middle-finger-phalanx-distal`,e.m4=`middle-finger-tip`,e.r0=`ring-finger-metacarpal`,e.r1=`ring-finger-phalanx-proximal`,e.r2=`ring-finger-phalanx-intermediate`,e.r3=`ring-finger-phalanx-distal`,e.r4=`ring-finger-tip`,e.p0=`pinky-finger-metacarpal`,e.p1=`pinky-finger-phalanx-proximal`,e.p2=`pinky-finger-phalanx-intermediate`,e.p3=`pinky-finger-phalanx-distal`,e.p4=`pinky-finger-tip`,e))(Va||{});Object.keys(Va).length;var Ha=(e=>(e.left=`left`,e.right=`right`,e))(Ha||{});Object.keys(Ha),new _(0,0,-1),new _(0,0,1),new _(-1,0,0),new _(1,0,0),new _(0,1,0),new _(0,-1,0),new _(0,0,-1),new _(0,0,1),new _(-1,0,0),new _(1,0,0),new _(0,1,0),new _(0,-1,0),new _(0,0,1),new _(0,0,-1),new _(0,-1,0),new _(0,1,0),new _(-1,0,0),new _(1,0,0);var Ua=256,Wa=[[-1,-1],[1,-1],[1,1],[-1,1]],Ga=`gl_Position = vec4(0.0, 0.0, 2.0, 1.0);`;function Ka(e){let{material:t,uniforms:n}=e,r=t.vertexShader.split(Ga);if(r.length!==2)throw Error(`Spark's vertex shader has changed.`);let[i,a]=r;t.vertexShader=i.replace(`void main() {`,`uniform int numInOrder;
void main() {`)+`${Ga}
    int order = gl_InstanceID * ${Ua} + int(position.z);
    if (order >= numInOrder) return;`+a.replaceAll(`gl_InstanceID`,`order`);let o={value:0};Object.assign(n,{numInOrder:o});let s=e.geometry;s.setAttribute(`position`,new b(qa(),3)),s.setIndex(new b(Ja(),1)),Object.defineProperty(s,"instanceCount",{get:()=>Math.ceil(o.value/Ua),set:e=>o.value=e})}function qa(){let e=[...Array(Ua).keys()];return Float32Array.from(e.flatMap(e=>Wa.flatMap(([t,n])=>[t,n,e])))}function Ja(){let e=[0,1,2,0,2,3];return Uint16Array.from({length:Ua*6},(t,n)=>4*Math.floor(n/6)+(e[n%6]??0))}var Ya=1e6,Xa=.1,Za=2e4,Qa=.07,$a={center:new _,radius:1,points:[]},eo=.15,to=class{isSplats=!0;object;extent;raycaster=new he;constructor(e){this.object=e,this.extent=ro(e)}pick(e){return this.raycaster.ray.copy(e),this.raycaster.intersectObject(this.object,!1).sort((e,t)=>e.distance-t.distance)[0]?.point??null}dispose(){this.object.dispose()}},no=class{stage;spark;constructor(e){this.stage=e,this.spark=new La({renderer:e.renderer,onDirty:()=>e.requestFrame(),preBlurAmount:0,blurAmount:Xa,enableLod:!1}),Ka(this.spark),e.scene.add(this.spark)}async load({answer:e,kind:t,count:n},r){let i=(n??0)>Ya;this.spark.enableLod=this.spark.enableDriveLod=i;let a=new Oa({stream:ge(e),streamLength:ve(e),fileType:t===`spz`?O.SPZ:O.PLY,onProgress:({loaded:e,total:t})=>r(t?e/t:null),...i?{lod:!0}:{}});return await a.initialized,a.quaternion.copy(_e(t===`spz`?`right-up-back`:`right-down-forward`)),a.updateMatrixWorld(),new to(a)}setVisible(e){this.spark.visible=e,this.stage.requestFrame()}drawn(){let{stage:e,spark:t}=this;return new Promise(n=>{let r=0,i=()=>{r+=1;let a=!t.sorting&&!t.sortDirty&&t.display.mappingVersion===t.current.mappingVersion;r<2&&e.requestFrame(),r<2||!a||(e.rendered.delete(i),n(e.finishedFirst()))};e.rendered.add(i),e.requestFrame()})}};function ro(e){let t=e.packedSplats?.lodSplats??e.packedSplats,n=t?.packedArray;if(!t||!n||!t.numSplats)return $a;let r=ye(),i=Math.max(1,Math.floor(t.numSplats/Za));for(let a=0;a<t.numSplats;a+=i){let{center:i,opacity:o}=Jn(n,a,t.splatEncoding);o<eo||i.applyMatrix4(e.matrixWorld).toArray().forEach((e,t)=>r[t]?.push(e))}return r[0].length?xe(r,Qa):$a}export{no as SplatEngine,to as Splats};