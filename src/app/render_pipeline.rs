//! How every shader of the window becomes a pipeline: a vertex stage `cover` or `corner`, a fragment stage `draw`, one
//! target, nothing else that differs but what is named here; and what such shaders bind.

/// What differs between the window's pipelines.
pub(super) struct PipelineParts<'a> {
    /// Its name in the graphics debugger.
    pub label: &'a str,
    /// The shader.
    pub module: &'a wgpu::ShaderModule,
    /// The vertex stage and what it reads.
    pub vertex: (&'a str, &'a [Option<wgpu::VertexBufferLayout<'a>>]),
    /// The bind groups.
    pub layouts: &'a [Option<&'a wgpu::BindGroupLayout>],
    /// What is decided before the pipeline is built.
    pub constants: &'a [(&'a str, f64)],
    /// Format of the window's frames.
    pub format: wgpu::TextureFormat,
    /// How what is drawn is mixed with what is there.
    pub blend: wgpu::BlendState,
}

/// Builds the pipeline.
pub(super) fn build(device: &wgpu::Device, parts: &PipelineParts<'_>) -> wgpu::RenderPipeline {
    let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some(parts.label),
        bind_group_layouts: parts.layouts,
        ..Default::default()
    });
    let options = wgpu::PipelineCompilationOptions { constants: parts.constants, ..Default::default() };
    let (entry_point, buffers) = parts.vertex;
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some(parts.label),
        layout: Some(&layout),
        vertex: wgpu::VertexState {
            module: parts.module,
            entry_point: Some(entry_point),
            compilation_options: options.clone(),
            buffers,
        },
        primitive: Default::default(),
        depth_stencil: None,
        multisample: Default::default(),
        fragment: Some(wgpu::FragmentState {
            module: parts.module,
            entry_point: Some("draw"),
            compilation_options: options,
            targets: &[Some(wgpu::ColorTargetState {
                format: parts.format,
                blend: Some(parts.blend),
                write_mask: wgpu::ColorWrites::ALL,
            })],
        }),
        multiview_mask: None,
        cache: None,
    })
}

/// A uniform buffer.
pub(super) const UNIFORM: wgpu::BindingType = wgpu::BindingType::Buffer {
    ty: wgpu::BufferBindingType::Uniform,
    has_dynamic_offset: false,
    min_binding_size: None,
};
/// A texture that can be filtered.
pub(super) const TEXTURE: wgpu::BindingType = wgpu::BindingType::Texture {
    sample_type: wgpu::TextureSampleType::Float { filterable: true },
    view_dimension: wgpu::TextureViewDimension::D2,
    multisampled: false,
};
/// What filters it.
pub(super) const SAMPLER: wgpu::BindingType = wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering);

/// A layout of what one stage binds, in order.
pub(super) fn layout(
    device: &wgpu::Device,
    label: &str,
    visibility: wgpu::ShaderStages,
    bound: &[wgpu::BindingType],
) -> wgpu::BindGroupLayout {
    let entry = |(binding, ty): (u32, &wgpu::BindingType)| wgpu::BindGroupLayoutEntry {
        binding,
        visibility,
        ty: *ty,
        count: None,
    };
    let entries: Vec<wgpu::BindGroupLayoutEntry> = (0..).zip(bound).map(entry).collect();
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(label), entries: &entries })
}

/// A buffer of this many bytes that is written to.
pub(super) fn buffer(device: &wgpu::Device, label: &str, bytes: u64, usage: wgpu::BufferUsages) -> wgpu::Buffer {
    device.create_buffer(&wgpu::BufferDescriptor {
        label: Some(label),
        size: bytes,
        usage: usage | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    })
}

/// Filters between pixels and between the levels of a mip chain.
pub(super) fn smooth_sampler(device: &wgpu::Device) -> wgpu::Sampler {
    device.create_sampler(&wgpu::SamplerDescriptor {
        mag_filter: wgpu::FilterMode::Linear,
        min_filter: wgpu::FilterMode::Linear,
        mipmap_filter: wgpu::MipmapFilterMode::Linear,
        ..Default::default()
    })
}
